-- Official boundaries, imported from GeoJSON.
CREATE TABLE region (
    code        text PRIMARY KEY,           -- KATO
    name_kk     text NOT NULL,
    name_ru     text NOT NULL,
    name_en     text NOT NULL,
    boundary    jsonb NOT NULL,             -- the geometry: Polygon or MultiPolygon, WGS 84
    imported_at timestamptz NOT NULL
);
