select 'no trigger is left', count(*) = 0 from pg_trigger where tgname like 'zz segue%';
select 'every partition has its index, and the whole is valid', count(*) = 6 and bool_and(i.indisvalid)
  from pg_index i where i.indexrelid in (select relid from pg_partition_tree('"주문_zustand_id"'));
select 'the foreign key is one, for all partitions', count(*) = 6 and bool_and(convalidated) and count(*) filter (where conparentid = 0) = 1
  from pg_constraint where contype = 'f' and confrelid = '"Auftragszustand"'::regclass;
select 'every order has a state', count(*) = 5 and bool_and(attnotnull) from pg_attribute where attname = 'zustand_id' and attnum > 0
  and attrelid in (select relid from pg_partition_tree('"주문"') where level <> 1 or isleaf);
select 'what is inherited still holds', count(*) = 3 from pg_constraint where conname = 'Ware_Preis';
select 'books are what they were', count(*) = 5 from "Buch";
select 'the queue is empty', count(*) = 0 from segue.repairs where "resolvedAt" is null;
select 'the type is gone', to_regtype('"Zustand"') is null;
