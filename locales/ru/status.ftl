## Where a unit stands in its life, why it was withdrawn.

status-applied = Нанесён на товар
status-destroyed = Уничтожен
status-emitted = Код выдан
status-expired = Просрочен
status-in-circulation = В обороте
status-lost = Утрачен
status-returned = Возвращён
status-shipped = Отгружен
status-sold = Продан
status-withdrawn = Выведен из оборота
status-written-off = Списан
withdrawal-confiscated = Конфискован
withdrawal-damaged = Повреждён
withdrawal-defect = Брак
withdrawal-e-commerce = Продан через интернет
withdrawal-export = Вывезен из страны
withdrawal-other = Другая причина
withdrawal-own-needs = Использован для собственных нужд
withdrawal-sampling = Отобран как образец
withdrawal-utilisation = Утилизирован
