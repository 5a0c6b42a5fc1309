-- The maker's name in Kazakh, Russian and English, where the register was told all three; else it is shown as it was given.
ALTER TABLE product ADD COLUMN manufacturer_names jsonb;
