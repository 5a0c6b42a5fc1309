## The list of recalled goods and its feeds.

recalls-entry = { $on } кері қайтарып алынды. Себебі: { $reason }. Өндірушісі: { $maker }. GTIN: { $gtin }
recalls-title = Кері қайтарып алынған тауарлар
