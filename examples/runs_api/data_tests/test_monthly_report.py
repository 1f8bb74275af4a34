import freshdb

from runs_api.reports import monthly_report


@freshdb.cases("data/monthly_report.yaml")
async def test_monthly_report(case, db_session):
    assert await monthly_report(db_session, **case.input) == case.expected
