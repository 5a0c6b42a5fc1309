## What a scanner or keyboard did to a code, and we undid.

repair-case-flipped = Прописные и строчные буквы поменялись местами
repair-cyrillic-layout = Клавиатура была в кириллической раскладке
repair-lost-separators = Пропали разделители
repair-typed-separators = Разделители записаны другими знаками
repair-typed-spaces = В код попали лишние пробелы
repair-yz-swapped = Буквы Y и Z поменялись местами
