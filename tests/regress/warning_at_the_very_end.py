# A file that only the end of the program closes is warned of all the same.
f = open("/dev/null")
