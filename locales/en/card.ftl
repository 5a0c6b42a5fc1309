## What a product card says.

card-no = No
card-yes = Yes
