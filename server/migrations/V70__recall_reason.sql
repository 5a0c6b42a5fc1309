-- Why goods are recalled is said in each language.
ALTER TABLE particulars ALTER COLUMN recall_reason TYPE jsonb
    USING CASE WHEN recall_reason IS NULL THEN NULL ELSE jsonb_build_object('kk', recall_reason, 'ru', recall_reason, 'en', recall_reason) END;
UPDATE operation SET details = jsonb_set(details, '{reason}', jsonb_build_object(
    'kk', details->'reason', 'ru', details->'reason', 'en', details->'reason'))
    WHERE kind = 'recall' AND jsonb_typeof(details->'reason') = 'string';
