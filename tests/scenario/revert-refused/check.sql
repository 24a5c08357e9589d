select 'it came back', "roomKind" = 'SINGLE' from stays where id = 501;
