## Where a unit stands in its life.

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
