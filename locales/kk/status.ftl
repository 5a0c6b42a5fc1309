## Where a unit stands in its life.

status-applied = Тауарға түсірілген
status-destroyed = Жойылған
status-emitted = Код берілген
status-expired = Мерзімі өткен
status-in-circulation = Айналымда
status-lost = Жоғалған
status-returned = Қайтарылған
status-shipped = Жөнелтілген
status-sold = Сатылған
status-withdrawn = Айналымнан шығарылған
status-written-off = Есептен шығарылған
