## How long ago, and how far ahead; beyond a month a date is told instead.

time-days-ago = { $count } күн бұрын
time-hours-ago = { $count } сағат бұрын
time-in-days = { $count } күннен кейін
time-in-hours = { $count } сағаттан кейін
time-in-minutes = { $count } минуттан кейін
time-minutes-ago = { $count } минут бұрын
time-now = жаңа ғана
