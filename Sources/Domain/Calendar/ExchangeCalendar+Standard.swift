// A copy of topology/calendar.json for programs that run without it; a test compares the two.
extension ExchangeCalendar {
    /// The calendar that this build was made with.
    public static func standard() throws(CalendarError) -> ExchangeCalendar {
        try ExchangeCalendar(json: Array(standardJSON.utf8))
    }

    static let standardJSON = #"""
        {
          "about": [
            "Local times of each exchange's zone. Ticks from preOpen fold into the first minute of the day, ticks from close until before cutOff into its last; others belong to no candle.",
            "NSE's cutOff is the end of its closing session, when trades still happen at the closing price.",
            "A date in holidays has no session, whatever its weekday; one in specialSessions has its own hours, and wins over both weekdays and holidays. A session in two parts is one from the first open to the last close.",
            "hoursInUnitedStatesWinter apply from the first Sunday of November until the second Sunday of March.",
            "Only days known for certain are listed. An exchange that is not named trades around the clock, by days of UTC."
          ],
          "exchanges": {
            "NSE": {
              "zone": "Asia/Kolkata",
              "offsetMinutes": 330,
              "hours": {"preOpen": "09:00", "open": "09:15", "close": "15:30", "cutOff": "16:00"},
              "closedWeekdays": ["saturday", "sunday"],
              "holidays": ["nationalStockExchange"],
              "specialSessions": ["nationalStockExchange"]
            },
            "BSE": {
              "zone": "Asia/Kolkata",
              "offsetMinutes": 330,
              "hours": {"preOpen": "09:00", "open": "09:15", "close": "15:30", "cutOff": "16:00"},
              "closedWeekdays": ["saturday", "sunday"],
              "holidays": ["nationalStockExchange"],
              "specialSessions": ["nationalStockExchange"]
            },
            "NFO": {
              "zone": "Asia/Kolkata",
              "offsetMinutes": 330,
              "hours": {"preOpen": "09:00", "open": "09:15", "close": "15:30", "cutOff": "16:00"},
              "closedWeekdays": ["saturday", "sunday"],
              "holidays": ["nationalStockExchange"],
              "specialSessions": ["nationalStockExchange"]
            },
            "BFO": {
              "zone": "Asia/Kolkata",
              "offsetMinutes": 330,
              "hours": {"preOpen": "09:00", "open": "09:15", "close": "15:30", "cutOff": "16:00"},
              "closedWeekdays": ["saturday", "sunday"],
              "holidays": ["nationalStockExchange"],
              "specialSessions": ["nationalStockExchange"]
            },
            "CDS": {
              "zone": "Asia/Kolkata",
              "offsetMinutes": 330,
              "hours": {"preOpen": "09:00", "open": "09:00", "close": "17:00", "cutOff": "17:30"},
              "closedWeekdays": ["saturday", "sunday"],
              "holidays": ["nationalDays"],
              "specialSessions": []
            },
            "BCD": {
              "zone": "Asia/Kolkata",
              "offsetMinutes": 330,
              "hours": {"preOpen": "09:00", "open": "09:00", "close": "17:00", "cutOff": "17:30"},
              "closedWeekdays": ["saturday", "sunday"],
              "holidays": ["nationalDays"],
              "specialSessions": []
            },
            "MCX": {
              "zone": "Asia/Kolkata",
              "offsetMinutes": 330,
              "hours": {"preOpen": "09:00", "open": "09:00", "close": "23:30", "cutOff": "23:45"},
              "hoursInUnitedStatesWinter": {"preOpen": "09:00", "open": "09:00", "close": "23:55", "cutOff": "24:00"},
              "closedWeekdays": ["saturday", "sunday"],
              "holidays": ["nationalDays"],
              "specialSessions": []
            }
          },
          "holidays": {
            "nationalStockExchange": [
              "2016-01-26", "2016-03-07", "2016-03-24", "2016-03-25", "2016-04-14", "2016-04-15", "2016-04-19", "2016-07-06", "2016-08-15", "2016-09-05", "2016-09-13", "2016-10-11", "2016-10-12", "2016-10-31", "2016-11-14",
              "2017-01-26", "2017-02-24", "2017-03-13", "2017-04-04", "2017-04-14", "2017-05-01", "2017-06-26", "2017-08-15", "2017-08-25", "2017-10-02", "2017-10-20", "2017-12-25",
              "2018-01-26", "2018-02-13", "2018-03-02", "2018-03-29", "2018-03-30", "2018-05-01", "2018-08-15", "2018-08-22", "2018-09-13", "2018-09-20", "2018-10-02", "2018-10-18", "2018-11-08", "2018-11-23", "2018-12-25",
              "2019-03-04", "2019-03-21", "2019-04-17", "2019-04-19", "2019-04-29", "2019-05-01", "2019-06-05", "2019-08-12", "2019-08-15", "2019-09-02", "2019-09-10", "2019-10-02", "2019-10-08", "2019-10-21", "2019-10-28", "2019-11-12", "2019-12-25",
              "2020-02-21", "2020-03-10", "2020-04-02", "2020-04-06", "2020-04-10", "2020-04-14", "2020-05-01", "2020-05-25", "2020-10-02", "2020-11-16", "2020-11-30", "2020-12-25",
              "2021-01-26", "2021-03-11", "2021-03-29", "2021-04-02", "2021-04-14", "2021-04-21", "2021-05-13", "2021-07-21", "2021-08-19", "2021-09-10", "2021-10-15", "2021-11-05", "2021-11-19",
              "2022-01-26", "2022-03-01", "2022-03-18", "2022-04-14", "2022-04-15", "2022-05-03", "2022-08-09", "2022-08-15", "2022-08-31", "2022-10-05", "2022-10-26", "2022-11-08",
              "2023-01-26", "2023-03-07", "2023-03-30", "2023-04-04", "2023-04-07", "2023-04-14", "2023-05-01", "2023-06-29", "2023-08-15", "2023-09-19", "2023-10-02", "2023-10-24", "2023-11-14", "2023-11-27", "2023-12-25",
              "2024-01-22", "2024-01-26", "2024-03-08", "2024-03-25", "2024-03-29", "2024-04-11", "2024-04-17", "2024-05-01", "2024-05-20", "2024-06-17", "2024-07-17", "2024-08-15", "2024-10-02", "2024-11-15", "2024-11-20", "2024-12-25",
              "2025-02-26", "2025-03-14", "2025-03-31", "2025-04-10", "2025-04-14", "2025-04-18", "2025-05-01", "2025-08-15", "2025-08-27", "2025-10-02", "2025-10-22", "2025-11-05", "2025-12-25",
              "2026-01-26", "2026-03-03", "2026-04-03", "2026-04-14", "2026-05-01", "2026-10-02", "2026-12-25"
            ],
            "nationalDays": [
              "2016-01-26", "2016-03-25", "2016-08-15",
              "2017-01-26", "2017-04-14", "2017-08-15", "2017-10-02", "2017-12-25",
              "2018-01-26", "2018-03-30", "2018-08-15", "2018-10-02", "2018-12-25",
              "2019-04-19", "2019-08-15", "2019-10-02", "2019-12-25",
              "2020-04-10", "2020-10-02", "2020-12-25",
              "2021-01-26", "2021-04-02",
              "2022-01-26", "2022-04-15", "2022-08-15",
              "2023-01-26", "2023-04-07", "2023-08-15", "2023-10-02", "2023-12-25",
              "2024-01-26", "2024-03-29", "2024-08-15", "2024-10-02", "2024-12-25",
              "2025-04-18", "2025-08-15", "2025-10-02", "2025-12-25",
              "2026-01-26", "2026-04-03", "2026-10-02", "2026-12-25"
            ]
          },
          "specialSessions": {
            "nationalStockExchange": [
              {"date": "2016-10-30", "name": "Muhurat 2016", "hours": {"preOpen": "18:15", "open": "18:30", "close": "19:30", "cutOff": "20:00"}},
              {"date": "2017-10-19", "name": "Muhurat 2017", "hours": {"preOpen": "18:15", "open": "18:30", "close": "19:30", "cutOff": "20:00"}},
              {"date": "2018-11-07", "name": "Muhurat 2018", "hours": {"preOpen": "17:15", "open": "17:30", "close": "18:30", "cutOff": "19:00"}},
              {"date": "2019-10-27", "name": "Muhurat 2019", "hours": {"preOpen": "18:00", "open": "18:15", "close": "19:15", "cutOff": "19:45"}},
              {"date": "2020-02-01", "name": "Union Budget on a Saturday", "hours": {"preOpen": "09:00", "open": "09:15", "close": "15:30", "cutOff": "16:00"}},
              {"date": "2020-11-14", "name": "Muhurat 2020", "hours": {"preOpen": "18:00", "open": "18:15", "close": "19:15", "cutOff": "19:45"}},
              {"date": "2021-02-24", "name": "Extended after an outage", "hours": {"preOpen": "09:00", "open": "09:15", "close": "17:00", "cutOff": "17:30"}},
              {"date": "2021-11-04", "name": "Muhurat 2021", "hours": {"preOpen": "18:00", "open": "18:15", "close": "19:15", "cutOff": "19:45"}},
              {"date": "2022-10-24", "name": "Muhurat 2022", "hours": {"preOpen": "18:00", "open": "18:15", "close": "19:15", "cutOff": "19:45"}},
              {"date": "2023-11-12", "name": "Muhurat 2023", "hours": {"preOpen": "18:00", "open": "18:15", "close": "19:15", "cutOff": "19:45"}},
              {"date": "2024-01-20", "name": "Saturday for the closed Monday", "hours": {"preOpen": "09:00", "open": "09:15", "close": "15:30", "cutOff": "16:00"}},
              {"date": "2024-03-02", "name": "Disaster recovery drill", "hours": {"preOpen": "09:00", "open": "09:15", "close": "12:30", "cutOff": "13:00"}},
              {"date": "2024-05-18", "name": "Disaster recovery drill", "hours": {"preOpen": "09:00", "open": "09:15", "close": "12:40", "cutOff": "13:10"}},
              {"date": "2024-11-01", "name": "Muhurat 2024", "hours": {"preOpen": "17:45", "open": "18:00", "close": "19:00", "cutOff": "19:30"}},
              {"date": "2025-02-01", "name": "Union Budget on a Saturday", "hours": {"preOpen": "09:00", "open": "09:15", "close": "15:30", "cutOff": "16:00"}},
              {"date": "2025-10-21", "name": "Muhurat 2025", "hours": {"preOpen": "13:30", "open": "13:45", "close": "14:45", "cutOff": "15:15"}},
              {"date": "2026-02-01", "name": "Union Budget on a Sunday", "hours": {"preOpen": "09:00", "open": "09:15", "close": "15:30", "cutOff": "16:00"}}
            ]
          }
        }
        """#
}
