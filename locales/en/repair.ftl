## What a scanner or keyboard did to a code, and we undid.

repair-case-flipped = Capital and small letters were swapped
repair-case-lost = Capital letters had become small
repair-changed-link = The link was changed when it was passed on
repair-cyrillic-layout = The keyboard was set to Cyrillic
repair-keyboard-layout = The keyboard was set to German or French
repair-look-alikes = Similar characters stood in place of Latin letters
repair-lost-separators = The separators were lost
repair-stored-form = The code was written as another program stores it
repair-typed-separators = The separators were written with other characters
repair-typed-spaces = Spaces were added to the code
repair-yz-swapped = The letters Y and Z were swapped
