-- What rules read without the plan: the as-of month seen from the month looked at, and everything else as published.

create or replace view price_ledger as
select rows.*, 'billing' as role, params.as_of_number as month_number
from int_as_of_row as rows
cross join params;

create or replace view price_change as
from base.price_change;

create or replace view price_change_driver as
from base.price_change_driver;

create or replace view int_step_event as
from base.int_step_event;

create or replace view told_outcome as
from base.told_outcome;
