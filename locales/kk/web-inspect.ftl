## For inspectors: work on reports.

web-colleague = Әріптес
web-colleague-choose = Таңдаңыз
web-hand-over = Әріптеске беру
web-hand-over-done = Өтініш { $login } инспекторына берілді.
web-hand-over-hint = Оны әріптесіңіз көреді, автор көрмейді.
web-hand-over-reason = Себебі
web-inspect-alerts = Осы код бойынша ескертулер
web-inspect-answer = Тізілім не дейді
web-inspect-assignee = Жауапты инспектор
web-inspect-given = { $login } инспекторына берілді
web-inspect-news = Бұл өтініште жаңалық бар
web-inspect-note = Себебі: { $note }
web-inspect-taken = { $from } инспекторынан { $to } инспекторына өтті
web-inspect-taken-from-you = Бұл өтінішті әріптесіңіз өзіне алды. Себебі төменде жазылған.
web-take-over = Әріптестен алу
web-take-over-text = Бұл өтінішпен { $login } айналысып жүр. Неге алатыныңызды жазыңыз: себебін әріптесіңіз көреді.
web-work-found-none = Мұндай өтініш табылмады
web-work-news-reports = Өтініштерде жаңалық бар
web-work-search = Нөмірі, дүкені, мекенжайы не GTIN бойынша іздеу
web-work-yours-taken = { $number } өтінішін әріптесіңіз өзіне алды
