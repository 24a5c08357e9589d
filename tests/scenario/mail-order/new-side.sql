-- Row by row: the new side against what the writers kept.
select 'customers ' || count(*) from "Kunde" t left join "Anschrift" a on a.kunde = t.nr full join kept."Kunde" k using (nr)
  where row (t."Name", a."Straße", a."Ort", t."Suchname") is distinct from row (k."Name", k."Straße", k."Ort", lower(k."Name"));
select 'addresses ' || count(*) from "Anschrift" where "Straße" is null and "Ort" is null;
select 'articles ' || count(*) from (select t.katalog, t.nummer, string_agg(f."Farbe", ', ' order by f.platz) as list
    from "Artikel" t left join "Artikelfarbe" f on f.katalog = t.katalog and f.nummer = t.nummer group by 1, 2) t
  full join kept."Artikel" k using (katalog, nummer) where t.nummer is null or k.nummer is null or t.list is distinct from k."Farben";
select 'places ' || count(*) from (select count(*) as colours, max(platz) as last from "Artikelfarbe" group by katalog, nummer) f where colours <> last;
select 'orders ' || count(*) from "주문" t left join "Auftragszustand" z on z.id = t.zustand_id full join kept."주문" k using ("Nr")
  where row (t.jahr, t.kunde, t."Summe", t."Steuer", z.code) is distinct from row (k.jahr, k.kunde, k."Summe", round(k."Summe" * 0.19, 2), k."Zustand");
