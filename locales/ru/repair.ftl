## What a scanner or keyboard did to a code, and we undid.

repair-case-flipped = Прописные и строчные буквы поменялись местами
repair-case-lost = Прописные буквы стали строчными
repair-changed-link = Ссылка изменилась при пересылке
repair-cyrillic-layout = Клавиатура была в кириллической раскладке
repair-keyboard-layout = Клавиатура была в немецкой или французской раскладке
repair-look-alikes = Вместо латинских букв стояли похожие знаки
repair-lost-separators = Пропали разделители
repair-stored-form = Код записан так, как его хранит другая программа
repair-typed-separators = Разделители записаны другими знаками
repair-typed-spaces = В код попали лишние пробелы
repair-yz-swapped = Буквы Y и Z поменялись местами
