## What is wrong with one field of a request. Short, without the name of the field.

field-already-packed = Уже лежит в упаковке
field-check-digit = Контрольная цифра не сходится
field-common-password = Такой пароль легко угадать
field-control-character = В тексте есть управляющий знак
field-declaration-date = В номере декларации указан другой день
field-declaration-of-another = Эта декларация принадлежит другому импортёру
field-doubled = Повторяется в этом запросе
field-expired = № { $number }: срок годности истёк
field-expiry-before-production = Должно быть позже даты производства
field-hs-heading = К этой группе относятся позиции: { $allowed }
field-id-taken = С этим идентификатором уже есть другая запись
field-idempotency-key = От 8 до 64 латинских букв, цифр или знаков без пробелов
field-in-the-future = Эта дата ещё не наступила
field-in-the-past = Эта дата уже прошла
field-login = От 3 до 64 строчных латинских букв, цифр, точек, дефисов, подчёркиваний или @
field-login-taken = Этот логин занят
field-misread = Код не прочитан, отсканируйте его ещё раз
field-no-gs1-prefix = За вами не зарегистрирован префикс GS1; обратитесь к оператору
field-no-such-participant = Такого участника нет
field-no-such-product = Товар с таким GTIN не зарегистрирован
field-not-a-bin = БИН или ИИН состоит из 12 цифр
field-not-a-country = Укажите двухбуквенный код страны: KZ
field-not-a-date = Запишите дату по образцу: 2026-11-20
field-not-a-declaration = Укажите декларацию так: 55301/201126/0012345
field-not-a-group-pack = В транспортную упаковку кладут только групповые
field-not-a-gs1-prefix = В префиксе GS1 от 4 до 12 цифр
field-not-a-gtin = GTIN состоит из 8, 12, 13 или 14 цифр
field-not-a-number = Введите число
field-not-a-phone-or-mail = Укажите телефон или электронную почту
field-not-a-photo = Это не фото в формате JPEG, PNG или WebP, либо файл повреждён
field-not-a-purpose = Ключа с таким назначением нет
field-not-a-push-key = Это не тот ключ, который выдал браузер
field-not-a-push-service = Это не адрес известной службы уведомлений
field-not-a-region = Укажите код региона по КАТО, девять цифр: 750000000
field-not-a-unit = Это код не отдельной единицы товара
field-not-a-uuid = Идентификатор выглядит так: 0190b0f3-7c4e-7cc0-8000-000000000001
field-not-a-whole-number = Укажите целое число
field-not-an-hs-code = Код ТН ВЭД состоит из 4–10 цифр
field-not-an-importer = Этот участник не зарегистрирован как импортёр
field-not-an-inspector = Такого инспектора нет
field-not-an-sscc = SSCC состоит из 18 цифр
field-not-for-domestic = У товаров, произведённых в Казахстане, этого нет
field-not-for-role = К этой роли не относится
field-not-json = С этого места это не JSON
field-not-one-of = Выберите одно из значений: { $allowed }
field-not-own-bin = Укажите собственный БИН: товар вводит в оборот сам импортёр
field-not-owned = № { $number }: код числится за другим владельцем
field-not-published = Ещё не опубликован
field-not-the-key = Введите обозначение ключа точно так, как оно написано
field-not-the-root = Подпись сделана не корневым ключом
field-not-utf8 = С этого места текст не в кодировке UTF-8
field-not-your-prefix = Этот номер не относится к вашему префиксу GS1
field-not-your-product = Товар зарегистрирован за другим участником
field-number-out-of-range = Номер должен быть от { $min } до { $max }
field-one-list = Укажите коды одним способом: списком, диапазонами или упаковками
field-only-for-imports = Указывается только вместе с импортёром
field-order-not-approved = Заказ ждёт одобрения, отклонён или аннулирован
field-out-of-order = № { $number }: сейчас состояние — { $status }
field-out-of-range = Должно быть от { $min } до { $max }
field-own-bin = Это ваш собственный БИН
field-pack-opened = Упаковка уже разобрана
field-prefix-taken = Этот префикс зарегистрирован за другим участником
field-price-not-carried = В кодах этой группы нет цены
field-reason-needed = Укажите причину: это обращение у вашего коллеги
field-recalled = № { $number }: товар отозван
field-required = Это поле нужно заполнить
field-reused = Уже использован в другом запросе
field-same-password = Это текущий пароль
field-seal-does-not-match = Защитная подпись не подходит к коду, отсканируйте его ещё раз
field-six-digits = Введите шесть цифр
field-too-long =
    { $max ->
        [one] Не длиннее { $max } символа
       *[other] Не длиннее { $max } символов
    }
field-too-long-ago = Больше { $days } дней назад
field-too-many = Не больше { $max }
field-too-many-particulars = В этом заказе больше не может быть новых сведений о вводе в оборот
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
field-unknown =
    { $nearest ->
        [none] Такого поля нет
       *[other] Такого поля здесь нет; возможно, имелось в виду «{ $nearest }»
    }
field-unknown-code = Такой код не выдавался
field-unknown-group = Такой группы товаров нет
field-unknown-order = Такого заказа нет
field-unknown-pack = У вас нет такой упаковки
field-version-behind = Версия должна быть выше опубликованной
field-wrong-code = Это не тот код, который аутентификатор показывает для нового ключа
field-wrong-password = Это не ваш пароль
field-wrong-type = Значение не того типа
