-- Why goods are recalled is said in each language. Three texts of 500 characters can be longer than a row of an index, so
-- the index holds their digest.
DROP INDEX particulars_once;
ALTER TABLE particulars ALTER COLUMN recall_reason TYPE jsonb USING CASE WHEN recall_reason IS NOT NULL
    THEN jsonb_build_object('kk', recall_reason, 'ru', recall_reason, 'en', recall_reason) END;
CREATE UNIQUE INDEX particulars_once ON particulars (order_number, produced_on, expires_on, importer,
    declaration_number, declared_on, md5(recall_reason::text), recalled_on, withdrawal_reason) NULLS NOT DISTINCT;
