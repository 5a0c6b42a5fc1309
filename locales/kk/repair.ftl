## What a scanner or keyboard did to a code, and we undid.

repair-case-flipped = Бас әріптер мен кіші әріптер орын ауыстырған
repair-case-lost = Бас әріптер кіші әріпке айналған
repair-changed-link = Сілтеме жіберілген кезде өзгерген
repair-cyrillic-layout = Пернетақта кирилл әрпіне қосулы тұрған
repair-keyboard-layout = Пернетақта неміс немесе француз тіліне қосулы тұрған
repair-look-alikes = Латын әріптерінің орнына ұқсас таңбалар тұрған
repair-lost-separators = Бөлгіш таңбалар түсіп қалған
repair-stored-form = Код басқа бағдарлама сақтайтын түрде жазылған
repair-typed-separators = Бөлгіштер басқа таңбалармен жазылған
repair-typed-spaces = Кодқа артық бос орындар қосылған
repair-yz-swapped = Y және Z әріптері орын ауыстырған
