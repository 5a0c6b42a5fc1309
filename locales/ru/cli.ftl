## What the program tells the person at the terminal.

cli-account-added = Учётная запись { $login } создана.
cli-account-disabled = Учётная запись { $login } отключена.
cli-account-enabled = Учётная запись { $login } снова включена.
cli-account-is-active = включена
cli-account-is-disabled = отключена
cli-account-password = Пароль учётной записи { $login } изменён.
cli-account-role = Роль учётной записи { $login } изменена.
cli-account-second-factor = Учётной записи { $login } выдан новый секрет.
cli-audit-anchors-agree =
    { $count ->
        [one] Сверена { $count } контрольная метка: цепочка с ней согласуется.
        [few] Сверены { $count } контрольные метки: цепочка с ними согласуется.
       *[many] Сверено { $count } контрольных меток: цепочка с ними согласуется.
    }
cli-audit-broken = Цепочка журнала нарушена на записи № { $record }.
cli-audit-cut-off = Цепочка обрывается раньше записи № { $record }, названной в контрольной метке: последние записи удалены.
cli-audit-differs = Запись № { $record } не та, что названа в контрольной метке: цепочка вычислена заново.
cli-audit-gaps =
    { $count ->
        [one] Отсутствует { $count } номер записи: транзакция была отменена, или запись удалили в первую же секунду.
        [few] Отсутствуют { $count } номера записей: транзакции были отменены, или записи удалили в первую же секунду.
       *[many] Отсутствует { $count } номеров записей: транзакции были отменены, или записи удалили в первую же секунду.
    }
cli-audit-holds =
    { $count ->
        [one] Проверена { $count } запись: цепочка журнала цела.
        [few] Проверены { $count } записи: цепочка журнала цела.
       *[many] Проверено { $count } записей: цепочка журнала цела.
    }
cli-audit-runs-back = Запись № { $record } датирована более чем на десять минут раньше записи, сделанной до неё: её добавили с произвольной датой, или часы шли неверно.
cli-audit-unsigned = В строке { $line } контрольная метка, не подписанная ключом этого реестра.
cli-backup-key = Ключ сохранён в { $file }; резервные копии шифруются для { $recipient }
cli-backup-made = Резервная копия в { $folder }: фотографий: { $photos }, { $megabytes } МБ.
cli-backup-restored = Резервная копия от { $at } восстановлена.
cli-column-from = Начало
cli-column-key = Ключ
cli-column-login = Логин
cli-column-of = Участник или регион
cli-column-password = Пароль
cli-column-purpose = Назначение
cli-column-role = Роль
cli-column-secret = Второй фактор
cli-column-state = Состояние
cli-column-until = Конец
cli-data-dir = Данные лежат в папке { $folder }
cli-decode-unreadable = Некоторые файлы не удалось прочитать.
cli-demo-accounts = Пользователи примера ({ $file }):
cli-demo-at = Примеры кодов: { $address }
cli-demo-loaded =
    { $count ->
        [one] Загружены примеры: { $count } код.
        [few] Загружены примеры: { $count } кода.
       *[many] Загружены примеры: { $count } кодов.
    }
cli-erased-again =
    { $count ->
        [0] Повторно удалять нечего.
        [one] Повторно удалено { $count } обращение.
        [few] Повторно удалено { $count } обращения.
       *[other] Повторно удалено { $count } обращений.
    }
cli-granted = Роли { $role } выданы права, нужные службе.
cli-key-added = Ключ { $key } действует с { $date }
cli-key-list-current = Опубликованный список ключей полон: новый не нужен.
cli-key-list-due = Телефоны узнают об этом из следующего списка ключей. Подпишите его: tanba keys sign
cli-key-list-published = Опубликована версия { $version } списка ключей.
cli-key-revoked = Ключ { $key } отозван.
cli-key-root = Корневой ключ в файле { $file } Открытая половина для приложений: { $public }
cli-keys-none-due = Менять пока нечего.
cli-log-file = Журнал пишется в файл { $file }
cli-migrated =
    { $count ->
        [0] База данных уже в последней версии.
        [one] В базу данных внесено { $count } изменение.
        [few] В базу данных внесено { $count } изменения.
       *[many] В базу данных внесено { $count } изменений.
    }
cli-no-stores = Хранилища не заданы: задайте TANBA_DATABASE_URL и TANBA_REDIS_URL или добавьте --private-stores, чтобы запустить собственные.
cli-on-a-phone = Откройте на телефоне: { $address } Браузер предупредит о сертификате: выберите «Продолжить».
cli-password-again = Повторите пароль:
cli-password-prompt = Пароль для { $login }:
cli-passwords-differ = Пароли не совпали.
cli-servers-missing = Не найден PostgreSQL или Redis. Установите: { $command }
cli-serving = Сервис работает по адресу { $address }
cli-stop-hint = Чтобы остановить, нажмите Ctrl-C.
cli-stopped = Остановлено.
cli-totp-secret = Секрет для аутентификатора (больше не будет показан): { $secret }
cli-try-on-a-phone = Попробовать на телефоне: cargo xtask up --lan
cli-working = Фоновая работа идёт.
