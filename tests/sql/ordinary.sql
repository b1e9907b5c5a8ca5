-- Queries as analysts write them, over a table `findings` (n, region) and a view `ledger` of it. Guarded SQL runs them all.

select count(*), count(distinct region), sum(n) filter (where n > 1), list(region order by n)[1:2], arg_max(region, n,
3) from findings;

select max(n, 2), histogram(n), quantile_cont(n, [0.1, 0.5]), percentile_cont(0.5) within group (order by n),
any_value(region) from findings;

select mode() within group (order by region), string_agg(distinct region, ',' order by region), corr(n, n), bool_and(n
> 0) from findings;

select sum(n::hugeint), avg(n), median(n), stddev_samp(n), first(region order by n), approx_count_distinct(region),
product(n) from findings;

select current_date, current_timestamp, now(), today(), version(), random() is not null, uuid() is not null,
current_database() from findings;

select coalesce(null, 2), nullif(1, 1), ifnull(null, 1), if(true, 1, 2), greatest(1, 2), case when true then 1 end,
try(1) from findings;

select 1 in (1, 2), 1 between 1 and 2, not true, null is null, true is true, 1 is distinct from 2, 1 = any(select 1)
from findings;

select 1 = all(select 1), exists (select 1), (select 1), 1 in (select 1), -1, 5 % 2, 5 // 2, 2 ** 3, ~1, 1 & 3, 1 | 2,
3!, @(-1) from findings;

select 'a' || 'b', 'x' like 'x' escape 'y', 'a' not ilike 'b', 'x' similar to 'x', 'x' glob 'y', 'ab' ^@ 'a', 'a'
collate nocase from findings;

select trim(both 'a' from 'aba'), substring('abc' from 1 for 2), position('a' in 'ba'), upper('ß'), lpad('a', 3, '0')
from findings;

select regexp_matches('abc', 'b'), regexp_replace('a', 'a', 'b', 'g'), split_part('a,b', ',', 1), printf('%d', 1),
format('{}', 1) from findings;

select levenshtein('a', 'b'), hash('a'), md5('a'), sha256('a'), strip_accents('é'), string_split('a,b', ','),
starts_with('a', 'a') from findings;

select '1'::int, cast('1' as integer), try_cast('a' as int), cast(1 as decimal(3, 2)), [1]::varchar[], cast({'x': 1}
as struct(x int)) from findings;

select date '2020-01-01', timestamp '2020-01-01' at time zone 'UTC', interval 1 day, interval (1) day, extract(year
from current_date) from findings;

select date_trunc('month', date '2020-01-02'), date_diff('month', date '2020-01-01', date '2020-03-01'), last_day(date
'2020-01-01') from findings;

select date '2020-01-01' + interval 1 month, strftime(date '2020-01-01', '%Y'), strptime('2020', '%Y'),
make_date(2020, 1, 1) from findings;

select age(timestamp '2020-01-01', timestamp '2019-01-01'), epoch(timestamp '2020-01-01'), date_part('dow', date
'2020-01-01') from findings;

select {'a': 1}, {'a': 1}.a, map {'a': 1}, [1, 2, 3][1], (1, 2), struct_pack(a := 1), map_keys(map {'a': 1}),
unnest([1]) from findings;

select list_transform([1], lambda x: x + 1), [x + 1 for x in [1, 2] if x > 1], list_sum([1, 2]), list_sort([2, 1]),
flatten([[1]]) from findings;

select list_filter([1, 2], lambda x: x > 1), list_reduce([1, 2], lambda a, b: a + b), list_aggregate([1], 'sum'),
range(3), len([1]) from findings;

select '{"a":1}'::json->>'a', '{"a":1}'::json->'$.a', json_extract_string('{"a":1}', '$.a'), json_keys('{"a":1}'),
to_json([1]) from findings;

select x'ff', e'\n', $$s$$, 1e3, 0x10, 1_000, true, null, 'COPY_QUERY_NODE', {'type': 'INSERT_NODE'},
'read_csv(''x'')', '/etc/x.csv' from findings;

from findings;

from findings select region, n where n > 2 order by all limit 3 offset 1;

select "region" as "read_csv('x'); drop table findings", 'Iñtërnâtiônàl 漢字 😀' from FINDINGS;

select region, count(*) from ledger group by grouping sets ((region), ()) having count(*) > 1 order by all;

select region, grouping(region), count(*) from ledger group by rollup (region);

select region, count(*) from ledger group by all order by 2 desc nulls last, 1;

select distinct on (region) region, n from ledger order by region desc nulls last, n limit 50%;

select *, lag(n) over w, row_number() over (partition by region order by n) from findings window w as (order by n)
qualify row_number() over w < 3;

select sum(n) over (order by n rows between 1 preceding and current row), ntile(4) over (order by n), nth_value(n, 2)
over (order by n), first_value(n ignore nulls) over (order by n), percent_rank() over (order by n), count(*) over
(order by n range between 2 preceding and current row exclude ties) from findings;

with a as (select 1 as x), b(y) as materialized (select x + 1 from a) select * from a join b on b.y > a.x left join
findings on false;

with a as (with b as (select 1 as x) from b) select * from a, lateral (select a.x * 2) l, unnest([1, 2]) u(v), (values
(1, 'a')) v(q, r), generate_series(1, 2) g(i), range(2) r2;

with findings as (select 1 as n) from findings;

with recursive t(n) as (select 1 union all select n + 1 from t where n < 10) from t;

with recursive t(n, m) using key (n) as (select 1, 2 union select n + 1, m from t where n < 5) from t;

select n from findings union select 1 intersect select 1 except select 2;

select 1 as a union all by name select 2 as b;

(select 1) union all (select 2 order by 1 limit 1);

from findings using sample reservoir(3 rows) repeatable (1);

from findings tablesample 50%;

pivot findings on region in ('r0', 'r1') using count(*) as n, max(n) group by n order by 1;

from findings pivot (count(*) as x for region in ('r0', 'r1'));

with p as (pivot findings on region in ('r0') using sum(n)) from p;

unpivot (select n, n + 1 as m from findings) on columns(*) into name k value v;

from (select n, n + 1 as m from findings) unpivot include nulls (v for k in (n, m as 'x'));

select columns('n|r.*') from findings;

select min(columns(* exclude (region))) from findings;

select * exclude (region) replace (n + 1 as n) from findings;

select * rename (n as m) from findings;

select f.*, findings.n from findings f semi join ledger using (n) anti join (select 99 as n) using (n), findings limit
3;

select * from findings a asof join ledger b on a.region = b.region and a.n >= b.n;

from findings positional join ledger;

from findings natural join ledger;

select * from findings where n > (select avg(n) from ledger where ledger.region = findings.region) and region in
(select region from ledger);

summarize findings;

summarize select region from ledger;

describe findings;

describe select 1 as a;

desc ledger;

show tables;

show all tables;

show findings;

describe;

explain select region, count(*) from ledger group by 1;

EXPLAIN /* why */ ANALYZE -- now
 from findings;

table findings;

values (1, 'a'), (2, 'b');

from duckdb_tables();

select table_name, comment from duckdb_tables;

select column_name, comment from duckdb_columns() where table_name = 'findings';

from duckdb_views where not internal;

from duckdb_functions() limit 3;

from information_schema.columns;

select * from INFORMATION_SCHEMA.tables;

from sqlite_master;

from pragma_table_info('findings');

from json_each('{"a":1}');

select main.findings.n, f.region from main.findings, findings f limit 2;

select run.main.findings.n from run.main.findings;

from run.findings;

select rowid, * from findings;

select unnest({'a': 1, 'b': 2}, recursive := true);

select #1, region from findings group by 1, 2;

select count(*) from findings -- a comment, drop table findings
;
