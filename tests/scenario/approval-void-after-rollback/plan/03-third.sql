CREATE INDEX "notes_words_idx" ON notes ("firstWord", "secondWord");
