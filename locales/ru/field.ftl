## What is wrong with one field of a request. Short, without the name of the field.

field-check-digit = Контрольная цифра не сходится
field-in-the-future = Эта дата ещё не наступила
field-in-the-past = Эта дата уже прошла
field-not-a-date = Запишите дату по образцу: 2026-11-20
field-not-a-number = Введите число
field-not-a-phone-or-mail = Укажите телефон или электронную почту
field-not-an-address = Это не похоже на адрес
field-not-one-of = Выберите одно из значений: { $allowed }
field-out-of-range = Должно быть от { $min } до { $max }
field-required = Это поле нужно заполнить
field-too-long =
    { $max ->
        [one] Не длиннее { $max } символа
       *[other] Не длиннее { $max } символов
    }
field-too-short =
    { $min ->
        [one] Не короче { $min } символа
       *[other] Не короче { $min } символов
    }
field-unknown = Такого поля нет
