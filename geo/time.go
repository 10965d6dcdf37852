package geo

import "time"

// CountryTime is the time of all of Kazakhstan since 1 March 2024: days, months
// and the numbers of cases are counted in it, and teams are on duty by it.
var CountryTime = time.FixedZone("+05:00", 5*60*60)
