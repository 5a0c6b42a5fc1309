## What a product card says.

card-no = Нет
card-yes = Да
