## What is wrong with one field of a request. Short, without the name of the field.

field-check-digit = Бақылау цифры сәйкес келмейді
field-control-character = Мәтінде басқару таңбасы бар
field-doubled = Осы сұрауда екінші рет тұр
field-id-taken = Бұл идентификатормен басқа жазба сақталған
field-idempotency-key = Бос орынсыз 8–64 латын әрпі, цифр немесе белгі болуға тиіс
field-in-the-future = Бұл күн әлі келген жоқ
field-in-the-past = Бұл күн өтіп кеткен
field-not-a-bin = БСН немесе ЖСН 12 цифрдан тұрады
field-not-a-date = Күнді мына үлгіде жазыңыз: 2026-11-20
field-not-a-number = Сан жазыңыз
field-not-a-phone-or-mail = Телефон нөмірін немесе электрондық поштаны жазыңыз
field-not-an-address = Бұл мекенжай жарамайды
field-not-json = Осы жерден бастап JSON емес
field-not-one-of = Мыналардың бірін таңдаңыз: { $allowed }
field-one-list = Кодтарды бір ғана тәсілмен көрсетіңіз: тізіммен, ауқыммен немесе қаптамамен
field-out-of-range = Кемі { $min }, көбі { $max } болуға тиіс
field-required = Бұл өрісті толтыру керек
field-reused = Бұрын басқа сұрауда қолданылған
field-too-long = { $max } таңбадан аспауға тиіс
field-too-many-units = { $max } кодтан аспауға тиіс
field-too-short = Кемінде { $min } таңба болуға тиіс
field-unknown = Мұндай өріс жоқ
field-wrong-type = Мәннің түрі дұрыс емес
