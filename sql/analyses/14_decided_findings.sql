-- Question: What has been decided, and where is it worst?
-- Reads:    findings, params
-- Columns: finding_id = number in the document; estimand = question; comparator = what they are compared with; basis =
--          basis of the price; level = pooled, lens or cell; scope = where, JSON; tenure_band = band, null = all;
--          verdict = penalty, favourable or equivalent; estimate = gap, a fraction; ci_lower = its interval; ci_upper =
--          the same; margin = gap that does not matter, a fraction; p_value_adjusted = adjusted for its family;
--          n_tenured = tenured customers behind it; fact = in words.

with

final as (
    select
        findings.finding_id,
        findings.estimand,
        findings.comparator,
        findings.basis,
        findings.level,
        findings.scope,
        findings.tenure_band,
        findings.verdict,
        findings.estimate,
        findings.ci_lower,
        findings.ci_upper,
        params.margin,
        findings.p_value_adjusted,
        findings.n_tenured,
        findings.fact
    from findings
    cross join params
    where findings.verdict in ('penalty', 'favourable', 'equivalent')
)

select * from final
order by estimate desc, finding_id;
