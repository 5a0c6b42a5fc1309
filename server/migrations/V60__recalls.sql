-- The public list of recalls looks for these few among all documents.
CREATE INDEX operation_of_recall ON operation (at) WHERE kind IN ('recall', 'lift-recall');
