-- A full segment is 1,016 units (marking::segment): with its version it fills 2,048 bytes of Redis' memory and not 2,560.
-- Fails where longer ones are stored: their units would be taken for others.
ALTER TABLE segment
    ADD CONSTRAINT segment_of_1016_units CHECK (length(states) <= 2032),
    DROP CONSTRAINT segment_number_check,
    ADD CONSTRAINT segment_number_check CHECK (number BETWEEN 0 AND 984);   -- a million units
