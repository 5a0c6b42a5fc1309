## What a scanner or keyboard did to a code, and we undid.

repair-case-flipped = Capital and small letters were swapped
repair-cyrillic-layout = The keyboard was set to Cyrillic
repair-lost-separators = The separators were lost
repair-typed-separators = The separators were written with other characters
repair-typed-spaces = Spaces were added to the code
repair-yz-swapped = The letters Y and Z were swapped
