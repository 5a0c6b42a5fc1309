## For inspectors: work on reports.

web-colleague = Коллега
web-colleague-choose = Выберите
web-hand-over = Передать коллеге
web-hand-over-done = Обращение передано инспектору { $login }.
web-hand-over-hint = Её увидит коллега, автор не увидит.
web-hand-over-reason = Причина
web-inspect-alerts = Сигналы об этом коде
web-inspect-answer = Что говорит реестр
web-inspect-assignee = Ответственный инспектор
web-inspect-given = Передано инспектору { $login }
web-inspect-news = В обращении есть новое
web-inspect-note = Причина: { $note }
web-inspect-taken = От инспектора { $from } к инспектору { $to }
web-inspect-taken-from-you = Коллега забрал это обращение себе. Причина указана ниже.
web-take-over = Забрать у коллеги
web-take-over-text = Этим обращением занимается { $login }. Напишите, почему забираете: коллега увидит причину.
web-work-found-none = Таких обращений не найдено
web-work-news-reports = В обращениях есть новое
web-work-search = Поиск по номеру, магазину, адресу или GTIN
web-work-yours-taken = Обращение { $number } забрал коллега
