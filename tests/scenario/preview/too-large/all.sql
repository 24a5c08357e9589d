SELECT "guestName" FROM stays
