## What a phone says of a code without the register. Sentences, one fact each; names of groups stand after “for”.

offline-group-alcohol = алкоголя
offline-group-clothes = одежды
offline-group-dairy = молочной продукции
offline-group-medicines = лекарств
offline-group-shoes = обуви
offline-group-tobacco = табачной продукции
offline-group-water = упакованной воды
offline-key-not-in-list = Ключа подписи нет в списке телефона: он может быть новее списка или принадлежать другой стране.
offline-list-too-old = Подпись соответствует коду, но список ключей в телефоне слишком стар: с тех пор ключ могли отозвать.
offline-no-list = В телефоне нет списка ключей, поэтому подпись не проверена.
offline-note-bundled-list = Проверено без связи. Список ключей пришёл вместе с приложением, составлен { $at }
offline-note-list = Проверено без связи. Список ключей получен { $at }
offline-note-no-list = Проверено без связи и без списка ключей.
offline-online-only = Такой код может проверить только реестр.
offline-only-online-tells = Продан ли именно этот экземпляр, отозван ли он и не скопирован ли его код, покажет только проверка по сети.
offline-seal-holds = Подпись верна: этот код для этого товара выдал реестр.
offline-sealed-by = Реестр маркировки, ключ { $key } для { $group }
