## Собственная учётная запись и то, что операторы одобряют вдвоём.

web-account-initial = Ещё не настроена владельцем
web-account-why-unused = Заблокирована: ею давно не пользовались
web-account-why-wrong-codes = Заблокирована после пятидесяти неверных кодов: кто-то знает пароль. Прежде чем разблокировать, выпустите новые пароль и второй фактор.
web-approval-approve = Одобрить и выполнить
web-approval-asked = Это должен одобрить другой оператор до { $until }. Запрос ждёт его здесь, в разделе «Ждут второго оператора».
web-approval-asked-title = Нужен второй оператор
web-approval-by = Запросил(а) { $login }, { $at }
web-approval-done = Одобрено и выполнено
web-approval-kind-add-account = Новая учётная запись
web-approval-kind-renew-secrets = Новый пароль и второй фактор
web-approval-kind-revoke-key = Отзыв ключа
web-approval-kind-set-role = Смена роли
web-approval-refuse = Отклонить
web-approval-text = Убедитесь у коллеги, что запрос действительно от него. В журнале аудита останутся вы оба.
web-approval-until = До { $until }
web-approval-withdraw = Отозвать запрос
web-approval-yours = Ваш запрос: одобрить его должен другой оператор
web-approvals = Ждут второго оператора
web-notice-account-disabled = Учётную запись заблокировали
web-notice-account-enabled = Учётную запись разблокировали
web-notice-by = кем: { $login }, { $at }
web-notice-password-changed = Пароль изменён
web-notice-recovery-code-used = Использован запасной код
web-notice-recovery-codes-renewed = Выпущены новые запасные коды
web-notice-role-changed = Роль изменена
web-notice-second-factor-changed = Второй фактор изменён
web-notice-secrets-renewed = Ваш пароль или второй фактор заменили
web-notice-wrong-codes = Учётная запись заблокирована после пятидесяти неверных кодов: кто-то знал пароль
web-own-action = Продолжить
web-own-factor = Второй фактор
web-own-factor-done = Новый второй фактор действует
web-own-factor-link = Открыть в аутентификаторе на этом устройстве
web-own-factor-new = Настроить другой аутентификатор
web-own-factor-picture = QR-код для аутентификатора
web-own-factor-scan = Отсканируйте картинку приложением-аутентификатором и введите шесть цифр, которые оно покажет.
web-own-factor-secret = Или введите этот ключ вручную
web-own-factor-text = Приложение на телефоне показывает шесть цифр, которые нужны после пароля.
web-own-failed =
    { $count ->
        [one] С тех пор { $count } неудачная попытка входа
        [few] С тех пор { $count } неудачные попытки входа
       *[other] С тех пор { $count } неудачных попыток входа
    }
web-own-failed-text = Если это были не вы, смените пароль.
web-own-first = Задайте собственные данные для входа
web-own-first-text = Пароль и второй фактор за вас выбрал кто-то другой. Замените их сейчас: после этого всё станет доступно, и знать их будете только вы.
web-own-last = Предыдущий вход
web-own-never = Это первый вход
web-own-news = С прошлого входа
web-own-news-seen = Прочитано
web-own-password = Сменить пароль
web-own-password-again = Новый пароль ещё раз
web-own-password-differs = Пароли не совпадают
web-own-password-done = Пароль изменён. Другие сеансы завершены.
web-own-password-hint = Не меньше 12 знаков. Лучше всего несколько слов, никак не связанных между собой.
web-own-password-new = Новый пароль
web-own-password-now = Текущий пароль
web-own-recovery = Запасные коды
web-own-recovery-copy = Скопировать
web-own-recovery-kept = Коды сохранены
web-own-recovery-left = Осталось: { $count }
web-own-recovery-new = Выпустить новые запасные коды
web-own-recovery-once = Храните их отдельно от телефона, лучше на бумаге. Каждый один раз заменяет второй фактор. Больше они не будут показаны.
web-own-security = Вход в систему
web-own-session-client = Неизвестная программа
web-own-session-end = Завершить
web-own-session-present = Этот сеанс
web-own-session-used = Вход { $at }, последнее обращение { $used }
web-own-sessions = Сеансы
web-own-sessions-end = Завершить все другие сеансы
web-own-sessions-idle =
    { $count ->
        [one] Сеанс без обращений завершается через { $count } минуту.
        [few] Сеанс без обращений завершается через { $count } минуты.
       *[other] Сеанс без обращений завершается через { $count } минут.
    }
web-own-sign-ins = Последние входы
web-own-step = Шаг { $step } из { $of }
web-recovery-code = Запасной код
web-recovery-code-hint = Шестнадцать букв и цифр из сохранённого списка
web-recovery-code-use = Нет аутентификатора: ввести запасной код
web-tried-code-used = Код уже использован
web-tried-done = Вход выполнен
web-tried-second-factor-needed = Верный пароль, без кода
web-tried-too-many-attempts = Замедлено: слишком много попыток
web-tried-wrong-credentials = Неверный пароль или код
