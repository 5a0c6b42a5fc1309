## What a scanner or keyboard did to a code, and we undid.

repair-case-flipped = Бас әріптер мен кіші әріптер орын ауыстырған
repair-cyrillic-layout = Пернетақта кирилл әрпіне қосулы тұрған
repair-lost-separators = Бөлгіш таңбалар түсіп қалған
repair-typed-separators = Бөлгіштер басқа таңбалармен жазылған
repair-typed-spaces = Кодқа артық бос орындар қосылған
repair-yz-swapped = Y және Z әріптері орын ауыстырған
