create index "t_bookedBy_idx" on t ("bookedBy");
