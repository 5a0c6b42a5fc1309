## How long ago, and how far ahead; beyond a month a date is told instead.

time-days-ago =
    { $count ->
        [one] { $count } день назад
        [few] { $count } дня назад
       *[many] { $count } дней назад
    }
time-hours-ago =
    { $count ->
        [one] { $count } час назад
        [few] { $count } часа назад
       *[many] { $count } часов назад
    }
time-in-days =
    { $count ->
        [one] через { $count } день
        [few] через { $count } дня
       *[many] через { $count } дней
    }
time-in-hours =
    { $count ->
        [one] через { $count } час
        [few] через { $count } часа
       *[many] через { $count } часов
    }
time-in-minutes =
    { $count ->
        [one] через { $count } минуту
        [few] через { $count } минуты
       *[many] через { $count } минут
    }
time-minutes-ago =
    { $count ->
        [one] { $count } минуту назад
        [few] { $count } минуты назад
       *[many] { $count } минут назад
    }
time-now = только что
