## A clerk's check of a delivery or a shelf: may each item be sold, why not, and the totals.

stock-awaiting-acceptance = Вы ещё не подтвердили приёмку
stock-doubled = Отсканирован несколько раз
stock-expired = Срок годности истёк
stock-extra = Лишний: его нет в этой поставке
stock-forged-seal = Подпись не подходит к коду, отложите товар
stock-may-be-sold = Можно продавать
stock-may-not-be-sold = Продавать нельзя
stock-misread = Прочитан с ошибкой, отсканируйте снова
stock-missing = Не хватает: ожидался, но не отсканирован
stock-not-checked = Реестр не ответил, проверьте ещё раз позже
stock-not-released = Ещё не введён в оборот
stock-not-yours = Числится за другим владельцем
stock-pack-opened = Упаковка вскрыта, отсканируйте содержимое по одному
stock-product-only = Это только штрихкод товара, отсканируйте код маркировки
stock-recalled = Отозван, отложите товар
stock-shipped = Отправлен покупателю, приёмка не подтверждена
stock-sold-already = Уже отмечен как проданный
stock-total-checked =
    { $count ->
        [one] Проверен { $count } код
        [few] Проверено { $count } кода
       *[many] Проверено { $count } кодов
    }
stock-total-doubled =
    { $count ->
        [one] Повторился { $count } код
        [few] Повторились { $count } кода
       *[many] Повторились { $count } кодов
    }
stock-total-extra =
    { $count ->
        [one] { $count } лишний код
        [few] { $count } лишних кода
       *[many] { $count } лишних кодов
    }
stock-total-may-be-sold =
    { $count ->
        [one] Можно продавать { $count } товар
        [few] Можно продавать { $count } товара
       *[many] Можно продавать { $count } товаров
    }
stock-total-missing =
    { $count ->
        [one] Не хватает { $count } кода
       *[other] Не хватает { $count } кодов
    }
stock-total-not-checked =
    { $count ->
        [one] Не проверен { $count } код
        [few] Не проверено { $count } кода
       *[many] Не проверено { $count } кодов
    }
stock-unconfirmed = Код не удалось подтвердить, отложите товар
stock-unknown = Кода нет в реестре
stock-withdrawn = Выведен из оборота
