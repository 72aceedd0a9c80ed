// Parts of the UTC date of a time in seconds since the epoch (fractions are cut off). A value that
// fits no 64-bit integer counts as the smallest one, as on upstream's amd64.
#pragma once

namespace tocsin::promql {

double year_of(double seconds);
double month_of(double seconds);         ///< 1…12
double day_of_month_of(double seconds);  ///< 1…31
double day_of_week_of(double seconds);   ///< 0 (Sunday)…6
double day_of_year_of(double seconds);   ///< 1…366
double days_in_month_of(double seconds);
double hour_of(double seconds);
double minute_of(double seconds);

}  // namespace tocsin::promql
