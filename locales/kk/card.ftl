## What a product card says.

card-no = Жоқ
card-yes = Иә
