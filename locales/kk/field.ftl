## What is wrong with one field of a request. Short, without the name of the field.

field-check-digit = Бақылау цифры сәйкес келмейді
field-in-the-future = Бұл күн әлі келген жоқ
field-in-the-past = Бұл күн өтіп кеткен
field-not-a-date = Күнді мына үлгіде жазыңыз: 2026-11-20
field-not-a-number = Сан жазыңыз
field-not-a-phone-or-mail = Телефон нөмірін немесе электрондық поштаны жазыңыз
field-not-an-address = Бұл мекенжай жарамайды
field-not-one-of = Мыналардың бірін таңдаңыз: { $allowed }
field-out-of-range = { $min } мен { $max } аралығында болуға тиіс
field-required = Бұл өрісті толтыру керек
field-too-long = { $max } таңбадан аспауға тиіс
field-too-short = Кемінде { $min } таңба болуға тиіс
field-unknown = Мұндай өріс жоқ
