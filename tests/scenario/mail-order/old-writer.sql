-- The old application: it knows the old columns and nothing else. One transaction a write; any error ends it, and the scenario.
set application_name = 'old writer';
do $$
declare
  i integer := 0; k bigint; o record; a record; z text; n integer; list text;
begin
  while (select go from kept.writers where kind = 'old') loop
    i := i + 1;
    n := nextval('kept.nr');
    z := (array['neu', 'bezahlt', '취소'])[1 + n % 3];
    list := (array['rot', 'blau, rot', 'gelb, grün, 검정', null])[1 + n % 4];
    select * into o from kept."주문" order by random() limit 1;
    perform pg_advisory_xact_lock(o."Nr");                          -- whoever waits for a row that moves to another partition would fail
    select * into a from kept."Artikel" order by random() limit 1;
    select nr into k from kept."Kunde" where nr % 3 <> 1 order by random() limit 1;
    if i % 9 = 0 then
      insert into "Kunde" ("Name", "Straße", "Ort") values ('alt ' || n, 'Weg ' || n, 'Dorf') returning nr into k;
      insert into kept."Kunde" values (k, 'alt ' || n, 'Weg ' || n, 'Dorf');
    elsif i % 9 = 1 then
      update "Kunde" set "Straße" = 'Gasse ' || n, "Ort" = null where nr = k;
      update kept."Kunde" set "Straße" = 'Gasse ' || n, "Ort" = null where nr = k;
    elsif i % 9 = 2 then
      update "Kunde" set "Straße" = null, "Ort" = null where nr = k;
      update kept."Kunde" set "Straße" = null, "Ort" = null where nr = k;
    elsif i % 9 = 3 then
      insert into "주문" (jahr, "Nr", kunde, "Summe") values (2023 + n % 4, n, 1, n);
      insert into kept."주문" values (2023 + n % 4, n, 1, n, 'neu');
    elsif i % 9 = 4 then
      update "주문" set "Zustand" = z::"Zustand" where "Nr" = o."Nr";
      if found then update kept."주문" set "Zustand" = z where "Nr" = o."Nr"; end if;
    elsif i % 9 = 5 then                                            -- to another partition, or within one
      update "주문" set jahr = 2023 + n % 5 where "Nr" = o."Nr";
      if found then update kept."주문" set jahr = 2023 + n % 5 where "Nr" = o."Nr"; end if;
    elsif i % 9 = 6 then
      update "Artikel" set "Farben" = list where katalog = a.katalog and nummer = a.nummer;
      if found then update kept."Artikel" set "Farben" = list where katalog = a.katalog and nummer = a.nummer; end if;
    elsif i % 9 = 7 then
      insert into "Artikel" (katalog, nummer, "Preis", "Farben") values ('alt', n, 1, list);
      insert into kept."Artikel" values ('alt', n, list);
    elsif n % 2 = 0 then
      delete from "주문" where "Nr" = o."Nr";
      delete from kept."주문" where "Nr" = o."Nr";
    else
      delete from "Artikel" where katalog = a.katalog and nummer = a.nummer;
      delete from kept."Artikel" where katalog = a.katalog and nummer = a.nummer;
    end if;
    commit;
    update kept.writers set writes = writes + 1 where kind = 'old';
    commit;
  end loop;
end $$;
