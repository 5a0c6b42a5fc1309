-- The public list of recalls looks for these few among all documents.
CREATE INDEX document_of_recall ON document (at) WHERE kind IN ('recall', 'lift-recall');
