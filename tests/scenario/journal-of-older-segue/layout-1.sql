-- The journal as segue 0.2.0 would have left it.
alter table segue.repairs drop column "acceptedAt", drop column "acceptedBy", drop column "acceptedFor", drop column "acceptedAs";
update segue.meta set version = 1;
