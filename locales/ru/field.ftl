## What is wrong with one field of a request. Short, without the name of the field.

field-check-digit = Контрольная цифра не сходится
field-control-character = В тексте есть управляющий знак
field-doubled = Стоит в этом запросе второй раз
field-hs-heading = К этой группе относятся позиции: { $allowed }
field-id-taken = С этим идентификатором уже есть другая запись
field-idempotency-key = От 8 до 64 латинских букв, цифр или знаков без пробелов
field-in-the-future = Эта дата ещё не наступила
field-in-the-past = Эта дата уже прошла
field-no-such-participant = Такого участника нет
field-not-a-bin = БИН или ИИН состоит из 12 цифр
field-not-a-country = Укажите двухбуквенный код страны: KZ
field-not-a-date = Запишите дату по образцу: 2026-11-20
field-not-a-gtin = GTIN состоит из 8, 12, 13 или 14 цифр
field-not-a-number = Введите число
field-not-a-phone-or-mail = Укажите телефон или электронную почту
field-not-a-whole-number = Укажите целое число
field-not-an-address = Это не похоже на адрес
field-not-an-hs-code = Код ТН ВЭД состоит из 4–10 цифр
field-not-json = С этого места это не JSON
field-not-one-of = Выберите одно из значений: { $allowed }
field-one-list = Укажите коды одним способом: списком, диапазонами или упаковками
field-out-of-range = Должно быть от { $min } до { $max }
field-required = Это поле нужно заполнить
field-reused = Уже использован в другом запросе
field-too-long =
    { $max ->
        [one] Не длиннее { $max } символа
       *[other] Не длиннее { $max } символов
    }
field-too-many-units =
    { $max ->
        [one] Не больше { $max } кода
       *[other] Не больше { $max } кодов
    }
field-too-short =
    { $min ->
        [one] Не короче { $min } символа
       *[other] Не короче { $min } символов
    }
field-unknown = Такого поля нет
field-unknown-group = Такой группы товаров нет
field-wrong-type = Значение не того типа
