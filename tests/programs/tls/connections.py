"""TLS between a client and a server in memory and over sockets: good and bad certificates, what is shown of them, garbage.

Only what does not depend on the library behind `_ssl` is printed."""

import os
import socket
import ssl
import tempfile
import threading
import warnings

ROOT = '''-----BEGIN CERTIFICATE-----
MIIBsDCCAVegAwIBAgIUGsQd1UNGmkL2vq3ZkqKXVnbfZugwCgYIKoZIzj0EAwIw
JTEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDTALBgNVBAMMBHJvb3QwIBcNMjQwMTAx
MDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMCUxFDASBgNVBAoMC0tyYWl0IHRlc3Rz
MQ0wCwYDVQQDDARyb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbAubxq5v
ZoEdkRrmB3ajho2r7eToXFxcHCiJaAZ6z/nTbdoeRVRGaHrI7wnq4MrUQcMxEOaI
qXcReYBtrMnQE6NjMGEwHwYDVR0jBBgwFoAUXNyOxu3GrqLtw3myJJPMjp4DI9cw
DgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBRc3I7G7cauou3DebIkk8yOngMj1zAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIGelu0W9o6Kdgaa3qNYl
WKHh2OrDOxVhHT4E0gkLal/qAiAFLjOXytDEn63l/YY31owUSLYcFvlJJZAGShaZ
J4Nrng==
-----END CERTIFICATE-----
'''
MIDDLE = '''-----BEGIN CERTIFICATE-----
MIIBtzCCAVygAwIBAgIUbMrpJH7pE/8hRJ51yZntujrqFsQwCgYIKoZIzj0EAwIw
JTEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDTALBgNVBAMMBHJvb3QwIBcNMjQwMTAx
MDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMCcxFDASBgNVBAoMC0tyYWl0IHRlc3Rz
MQ8wDQYDVQQDDAZtaWRkbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQiRx3N
C4mhEazs17QU5WD1/oH7vwWT2KIEX/FFruQ2farTJ/60q/7HLzzw38RWVf3UPVyD
dHE4BdEBl9Ai9CqUo2YwZDAfBgNVHSMEGDAWgBRc3I7G7cauou3DebIkk8yOngMj
1zAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFLoWfCUktfZ2ZFv7L+EQ7P57GOxi
MBIGA1UdEwEB/wQIMAYBAf8CAQAwCgYIKoZIzj0EAwIDSQAwRgIhAN6uo9rZ4SDA
zRjzd5sOb2i6yRSpMpsKTzoYFP0PIbZkAiEAyBsl99eIuxEqhf1907J6HgzRJzPI
ccGeD7mkYHYtnC0=
-----END CERTIFICATE-----
'''
SERVER = '''-----BEGIN CERTIFICATE-----
MIICBzCCAaygAwIBAgIUJcPmbcGsfxzsH+Yhdg8W/gKDss4wCgYIKoZIzj0EAwIw
JzEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDzANBgNVBAMMBm1pZGRsZTAgFw0yNDAx
MDEwMDAwMDBaGA8yMTI0MDEwMTAwMDAwMFowJzEUMBIGA1UECgwLS3JhaXQgdGVz
dHMxDzANBgNVBAMMBnNlcnZlcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOi0
Ig+k4SkjH1bAnRMjbUM7c8iC50mU8VCVacv0Lkr8FMfwb/SWOVKpYhmjE1aqAHGK
GsDnyYSbUFF3OPNn55ijgbMwgbAwHwYDVR0jBBgwFoAUuhZ8JSS19nZkW/sv4RDs
/nsY7GIwOwYDVR0RBDQwMoIJbG9jYWxob3N0gg0qLmV4YW1wbGUub3JnhwR/AAAB
hxAAAAAAAAAAAAAAAAAAAAABMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggr
BgEFBQcDATAdBgNVHQ4EFgQU4YZlTHcrZKhe40r2DtR9IbIHDnswDAYDVR0TAQH/
BAIwADAKBggqhkjOPQQDAgNJADBGAiEAiqGdTu+G40xhdJ520qFjtZ6OBCYozOcB
KmpKXcj+LigCIQDoDkFRuQtBd+wd3tjX1qwo6nFWnU3PhMVGwNM4RxJo/w==
-----END CERTIFICATE-----
'''
SERVER_KEY = '''-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5NAX86cUOukOzlY+
+QN8EFEYM7zkxiRNrjEqDKUjqcGhRANCAATotCIPpOEpIx9WwJ0TI21DO3PIgudJ
lPFQlWnL9C5K/BTH8G/0ljlSqWIZoxNWqgBxihrA58mEm1BRdzjzZ+eY
-----END PRIVATE KEY-----
'''
SERVER_KEY_ENCRYPTED = '''-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSsGAQQB2kcECzAcBBCK99GpNypDcTdtUyew
eZGYAgJAAAIBCAIBATAdBglghkgBZQMEASoEEOK2pOP+BpLWa8iSYzHCbgkEgZDk
rheYtjTjHeYxUdPaQ+cPaaauFGa55EINAX+b8HdlZkVvdpmeVUuEemSNXB2Tcwic
/rxm/HsEBP6H7FA7xU7O4TgqPBqajB2kuOIdxOVtMoIj07bWlwblYm0IGEcfQ+iY
+BJLkeObs2kK9tJd1J6f8Pjp3UVj7MgIhaUABytug68IqljkXvScH+M96WmxeBo=
-----END ENCRYPTED PRIVATE KEY-----
'''
EXPIRED = '''-----BEGIN CERTIFICATE-----
MIICAzCCAamgAwIBAgIUF7QdMJp4rz8uDN1jD7jL0T3BaaMwCgYIKoZIzj0EAwIw
JTEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDTALBgNVBAMMBHJvb3QwHhcNMjQwMTAx
MDAwMDAwWhcNMjQwNjAxMDAwMDAwWjAoMRQwEgYDVQQKDAtLcmFpdCB0ZXN0czEQ
MA4GA1UEAwwHZXhwaXJlZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABF+3CchO
TYXTd0CU1z8J1Ouy0UJFvECpX/o5qx9eFF7yD9VA5xMmC7lSdLYGDS99UfvS31Ah
sHz1oh2Rnp+xxJWjgbMwgbAwHwYDVR0jBBgwFoAUXNyOxu3GrqLtw3myJJPMjp4D
I9cwOwYDVR0RBDQwMoIJbG9jYWxob3N0gg0qLmV4YW1wbGUub3JnhwR/AAABhxAA
AAAAAAAAAAAAAAAAAAABMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggrBgEF
BQcDATAdBgNVHQ4EFgQUBmQX0bbZo2EEzFdnXxxdo/eFUYEwDAYDVR0TAQH/BAIw
ADAKBggqhkjOPQQDAgNIADBFAiEArhKXkE8HI6EqO5xHTEASAX67KwKOJh0lwb4j
ei2jIEQCIFNfH4An0J5xEN7aXqUZUCqCgV4ZGNWHofLsT5DnM3S9
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeUXldSEQAXKN/a72
2s4E908SsCoG5juuGluhFltMGJOhRANCAARftwnITk2F03dAlNc/CdTrstFCRbxA
qV/6OasfXhRe8g/VQOcTJgu5UnS2Bg0vfVH70t9QIbB89aIdkZ6fscSV
-----END PRIVATE KEY-----
'''
EARLY = '''-----BEGIN CERTIFICATE-----
MIICBDCCAaugAwIBAgIUesSYbjcqfIjqY99ZVJ8ugX4PnA0wCgYIKoZIzj0EAwIw
JTEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDTALBgNVBAMMBHJvb3QwIhgPMjEwMDA2
MDEwMDAwMDBaGA8yMTI0MDEwMTAwMDAwMFowJjEUMBIGA1UECgwLS3JhaXQgdGVz
dHMxDjAMBgNVBAMMBWVhcmx5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAjAk
wO0/iGtfwHndzG5C/Rz857hHc7SYKFOtOry3d0QhMiUVIMT7zcnq34vA3uaizP/f
ooduCc2QB5iE1G7P1KOBszCBsDAfBgNVHSMEGDAWgBRc3I7G7cauou3DebIkk8yO
ngMj1zA7BgNVHREENDAygglsb2NhbGhvc3SCDSouZXhhbXBsZS5vcmeHBH8AAAGH
EAAAAAAAAAAAAAAAAAAAAAEwDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoGCCsG
AQUFBwMBMB0GA1UdDgQWBBQpXv8eu4kCsC0RYVC9beRzmgm6tzAMBgNVHRMBAf8E
AjAAMAoGCCqGSM49BAMCA0cAMEQCIDRLWDqFbUyjDCtXHwIO42H9k5B3lR3adyTb
iJL5t0slAiBWB3VmkB6gkzcAa0Mt388zbRf3mH1+7P4enC6EpuLBHg==
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgi7k63SEuoC1QQjB3
pyp/M2g9cC257Jn333iR84BYds+hRANCAAQCMCTA7T+Ia1/Aed3MbkL9HPznuEdz
tJgoU606vLd3RCEyJRUgxPvNyerfi8De5qLM/9+ih24JzZAHmITUbs/U
-----END PRIVATE KEY-----
'''
CLIENT = '''-----BEGIN CERTIFICATE-----
MIICBTCCAaqgAwIBAgIUGcfpCRC3QBfh4qoa/spF3fJwJCowCgYIKoZIzj0EAwIw
JTEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDTALBgNVBAMMBHJvb3QwIBcNMjQwMTAx
MDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMCcxFDASBgNVBAoMC0tyYWl0IHRlc3Rz
MQ8wDQYDVQQDDAZjbGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ1jPuy
CPku4h3p3tdpFhzOdH/ksuIGfvCggMvSuNgjBzjZI/ZnK2QmT91yS95T8YefZ0Qr
ft37iCkyg6g2Icnwo4GzMIGwMB8GA1UdIwQYMBaAFFzcjsbtxq6i7cN5siSTzI6e
AyPXMDsGA1UdEQQ0MDKCCWxvY2FsaG9zdIINKi5leGFtcGxlLm9yZ4cEfwAAAYcQ
AAAAAAAAAAAAAAAAAAAAATAOBgNVHQ8BAf8EBAMCB4AwEwYDVR0lBAwwCgYIKwYB
BQUHAwIwHQYDVR0OBBYEFMTWNNTsgYbIt4lAZDFsYA0+E7GvMAwGA1UdEwEB/wQC
MAAwCgYIKoZIzj0EAwIDSQAwRgIhAMBvw7JdHmxCU96rEN0aL9+rlF64dVAZ58a8
QsPaHqdNAiEAhTojcPrPwKqserFqsXdDG+ip3JUaF05UY3vqjUJ/c9U=
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQginHLyenZE9wiGT4j
dsmQHbpfS827erRnb2mAQpEXkmKhRANCAAQ1jPuyCPku4h3p3tdpFhzOdH/ksuIG
fvCggMvSuNgjBzjZI/ZnK2QmT91yS95T8YefZ0Qrft37iCkyg6g2Icnw
-----END PRIVATE KEY-----
'''
OUTSIDE = '''-----BEGIN CERTIFICATE-----
MIICCDCCAa6gAwIBAgIUUkrReW7YEMCgjThCuD5uJzr575kwCgYIKoZIzj0EAwIw
KDEUMBIGA1UECgwLS3JhaXQgdGVzdHMxEDAOBgNVBAMMB2xpbWl0ZWQwIBcNMjQw
MTAxMDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMCgxFDASBgNVBAoMC0tyYWl0IHRl
c3RzMRAwDgYDVQQDDAdvdXRzaWRlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
xuTkSACcpw+SYoUY49SOBR2DN7ubJRPS9ZSA89GqpZcWdHQe1+5P4kPpSwS8WMpJ
BN+vpKIwKR8wO5V58RnSBqOBszCBsDAfBgNVHSMEGDAWgBQPoPjeEUH6K9xf6Xyb
xTadu2EthzA7BgNVHREENDAygglsb2NhbGhvc3SCDSouZXhhbXBsZS5vcmeHBH8A
AAGHEAAAAAAAAAAAAAAAAAAAAAEwDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoG
CCsGAQUFBwMBMB0GA1UdDgQWBBRiodYcSvS9NSKbOJOl8FtNek3v1zAMBgNVHRMB
Af8EAjAAMAoGCCqGSM49BAMCA0gAMEUCIQC9Xp0+bIjI5haPdrZOkR4q65ScZ0/n
pmKpxmlHYYF/DgIgfdIfUoipZetylCeXCF7O4CKAktXdMZl260pigPzVTTQ=
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIIB1DCCAXugAwIBAgIUKrqiVaj4zWtXoZJOo/YRpYjDb5QwCgYIKoZIzj0EAwIw
JTEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDTALBgNVBAMMBHJvb3QwIBcNMjQwMTAx
MDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMCgxFDASBgNVBAoMC0tyYWl0IHRlc3Rz
MRAwDgYDVQQDDAdsaW1pdGVkMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2KtX
wk419NrckOfTeuYfeqCYlW/B4xTpab+7zN3Rldpi4Bh3lZ1ZK5pj9ux8l5kYWIzP
XcwmWzPuMwkVGCz6FaOBgzCBgDAfBgNVHSMEGDAWgBRc3I7G7cauou3DebIkk8yO
ngMj1zAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0eAQH/BBMwEaAPMA2CC2V4YW1wbGUu
b3JnMB0GA1UdDgQWBBQPoPjeEUH6K9xf6XybxTadu2EthzAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIAlYJ98FuL4cj9i6FKkJ9C9wrUVU6izyVXew
Og9XObyvAiBK4wRJ0JV1GgfvtQwiClqG6uIRtZr/yXFmkuz0vJ1AVw==
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgedRMg1lXOxV5J9bV
qo5F9hVnwnER9k1xihsNqFkvCjChRANCAATG5ORIAJynD5JihRjj1I4FHYM3u5sl
E9L1lIDz0aqllxZ0dB7X7k/iQ+lLBLxYykkE36+kojApHzA7lXnxGdIG
-----END PRIVATE KEY-----
'''
INSIDE = '''-----BEGIN CERTIFICATE-----
MIIB5TCCAYygAwIBAgIULhhaRt2Z5Qk5SwpLNREgcXD49jwwCgYIKoZIzj0EAwIw
KDEUMBIGA1UECgwLS3JhaXQgdGVzdHMxEDAOBgNVBAMMB2xpbWl0ZWQwIBcNMjQw
MTAxMDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMCcxFDASBgNVBAoMC0tyYWl0IHRl
c3RzMQ8wDQYDVQQDDAZpbnNpZGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASx
/Lj1ZFR5HbdVIWG9I2cPQKVjhKpGdKaaya0KERnqO4X9P6WzP8lF++uLxEsKMjsQ
dIZx6aSIt7E2vw+6O00ko4GSMIGPMB8GA1UdIwQYMBaAFA+g+N4RQfor3F/pfJvF
Np27YS2HMBoGA1UdEQQTMBGCD3d3dy5leGFtcGxlLm9yZzAOBgNVHQ8BAf8EBAMC
B4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHQYDVR0OBBYEFOocD6UtGF5HQormWOuq
XFN4wnYfMAwGA1UdEwEB/wQCMAAwCgYIKoZIzj0EAwIDRwAwRAIgE0Ka7xszJAg+
PF+M3gWlk7T/Ro2W0DZtI9p6yPBIilUCIDT6xi30NGA2OfxYn9fMi1Pr47WI/tAo
+8fNPd4AxoaJ
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIIB1DCCAXugAwIBAgIUKrqiVaj4zWtXoZJOo/YRpYjDb5QwCgYIKoZIzj0EAwIw
JTEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDTALBgNVBAMMBHJvb3QwIBcNMjQwMTAx
MDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMCgxFDASBgNVBAoMC0tyYWl0IHRlc3Rz
MRAwDgYDVQQDDAdsaW1pdGVkMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2KtX
wk419NrckOfTeuYfeqCYlW/B4xTpab+7zN3Rldpi4Bh3lZ1ZK5pj9ux8l5kYWIzP
XcwmWzPuMwkVGCz6FaOBgzCBgDAfBgNVHSMEGDAWgBRc3I7G7cauou3DebIkk8yO
ngMj1zAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0eAQH/BBMwEaAPMA2CC2V4YW1wbGUu
b3JnMB0GA1UdDgQWBBQPoPjeEUH6K9xf6XybxTadu2EthzAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIAlYJ98FuL4cj9i6FKkJ9C9wrUVU6izyVXew
Og9XObyvAiBK4wRJ0JV1GgfvtQwiClqG6uIRtZr/yXFmkuz0vJ1AVw==
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZQjs/6+HbtsEZLfr
j5LdWThuHDtnyvAQIblhtLi9iWShRANCAASx/Lj1ZFR5HbdVIWG9I2cPQKVjhKpG
dKaaya0KERnqO4X9P6WzP8lF++uLxEsKMjsQdIZx6aSIt7E2vw+6O00k
-----END PRIVATE KEY-----
'''
DEEP = '''-----BEGIN CERTIFICATE-----
MIICBzCCAaygAwIBAgIUb7WKss36VDhaoC7GI67EugoP6BMwCgYIKoZIzj0EAwIw
JTEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDTALBgNVBAMMBGRlZXAwIBcNMjQwMTAx
MDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMCkxFDASBgNVBAoMC0tyYWl0IHRlc3Rz
MREwDwYDVQQDDAh0b28gZGVlcDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDWi
LGrmt6w4eaEW813Fxuazg5zXwizLsi6vMhAZRez00kBteeMekQ7BYxTzwZxi5wTC
bBz3THRBwdm0rGwW8dujgbMwgbAwHwYDVR0jBBgwFoAU8RFjxjAD1InNV73MgRKf
y3DXlKowOwYDVR0RBDQwMoIJbG9jYWxob3N0gg0qLmV4YW1wbGUub3JnhwR/AAAB
hxAAAAAAAAAAAAAAAAAAAAABMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggr
BgEFBQcDATAdBgNVHQ4EFgQUV8IevonE49sU41PXTrehlHDlFN0wDAYDVR0TAQH/
BAIwADAKBggqhkjOPQQDAgNJADBGAiEAjjDabgGpX9iDaHMpRMdHg8WQopOyZfCb
nmb300q1dloCIQCbkUD3+moq1JvgLbpCoy4oqEbKRXy8GdBMQmv7yqyHXg==
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIIBtDCCAVmgAwIBAgIUW+opIdE1fYJDH87OFNEWlpObSA4wCgYIKoZIzj0EAwIw
JzEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDzANBgNVBAMMBm1pZGRsZTAgFw0yNDAx
MDEwMDAwMDBaGA8yMTI0MDEwMTAwMDAwMFowJTEUMBIGA1UECgwLS3JhaXQgdGVz
dHMxDTALBgNVBAMMBGRlZXAwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATtq/pf
wYTXYUxfIUSmEl5ia4imUxmy6jidFOmwCLtALrDRJPPRmAi+bQkS60qqoZhEBYiS
MlUZDkyKC1PFijswo2MwYTAfBgNVHSMEGDAWgBS6FnwlJLX2dmRb+y/hEOz+exjs
YjAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFPERY8YwA9SJzVe9zIESn8tw15Sq
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhANvQA+uqSFTQRpe1
qE2HaDpWB9JXmPTvQOGgfmZzhawSAiEA9Gwj+hADuGD80zn96kiwDvR9VDFWTfvz
FA8z985VKKA=
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIIBtzCCAVygAwIBAgIUbMrpJH7pE/8hRJ51yZntujrqFsQwCgYIKoZIzj0EAwIw
JTEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDTALBgNVBAMMBHJvb3QwIBcNMjQwMTAx
MDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMCcxFDASBgNVBAoMC0tyYWl0IHRlc3Rz
MQ8wDQYDVQQDDAZtaWRkbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQiRx3N
C4mhEazs17QU5WD1/oH7vwWT2KIEX/FFruQ2farTJ/60q/7HLzzw38RWVf3UPVyD
dHE4BdEBl9Ai9CqUo2YwZDAfBgNVHSMEGDAWgBRc3I7G7cauou3DebIkk8yOngMj
1zAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFLoWfCUktfZ2ZFv7L+EQ7P57GOxi
MBIGA1UdEwEB/wQIMAYBAf8CAQAwCgYIKoZIzj0EAwIDSQAwRgIhAN6uo9rZ4SDA
zRjzd5sOb2i6yRSpMpsKTzoYFP0PIbZkAiEAyBsl99eIuxEqhf1907J6HgzRJzPI
ccGeD7mkYHYtnC0=
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgV+pITm+RM4dY+YkD
TZIts2D5m5o88iBZMxX8hvi0lt6hRANCAAQ1oixq5resOHmhFvNdxcbms4Oc18Is
y7IurzIQGUXs9NJAbXnjHpEOwWMU88GcYucEwmwc90x0QcHZtKxsFvHb
-----END PRIVATE KEY-----
'''
NOBODY = '''-----BEGIN CERTIFICATE-----
MIICEDCCAbWgAwIBAgIUHd0ddyJj6RVIsB4qnrclFTa0QhwwCgYIKoZIzj0EAwIw
LTEUMBIGA1UECgwLS3JhaXQgdGVzdHMxFTATBgNVBAMMDG5vIGF1dGhvcml0eTAg
Fw0yNDAxMDEwMDAwMDBaGA8yMTI0MDEwMTAwMDAwMFowKjEUMBIGA1UECgwLS3Jh
aXQgdGVzdHMxEjAQBgNVBAMMCWJ5IG5vYm9keTBZMBMGByqGSM49AgEGCCqGSM49
AwEHA0IABCAeO2t5Xv+XFhJRnbrKIt6zB1VzNlccLc17ECm/HCMhnkwyelV+GX+Q
4jOZgKyGxXsFteUZPu20sKi0aMwZNvGjgbMwgbAwHwYDVR0jBBgwFoAUSYcrlKb+
kmgHZ6Fs/Ibz/K16tWEwOwYDVR0RBDQwMoIJbG9jYWxob3N0gg0qLmV4YW1wbGUu
b3JnhwR/AAABhxAAAAAAAAAAAAAAAAAAAAABMA4GA1UdDwEB/wQEAwIHgDATBgNV
HSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQUE4MTKxkp2F33kiPZkMWo/pAZZQEw
DAYDVR0TAQH/BAIwADAKBggqhkjOPQQDAgNJADBGAiEA6kSZtZ43xA2vsc+cq4yh
qDHKMTlY6CfMCet3ByHE7JECIQDRxaUDBX1bTnO2212sR5ObYQXVTb1Y36g399SL
ex+Fxg==
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIIBtzCCAVygAwIBAgIUYU5PPpumFPtBRl+IkCzPCUMLqUAwCgYIKoZIzj0EAwIw
JTEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDTALBgNVBAMMBHJvb3QwIBcNMjQwMTAx
MDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMC0xFDASBgNVBAoMC0tyYWl0IHRlc3Rz
MRUwEwYDVQQDDAxubyBhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AATN8xuIfpGVV/buuiJTD+4/RkIQfjZycHmURx7an24PXZZE3DStZ8EZ/f7nO7nv
cykecx9bj4KIQd1YgQuby9n0o2AwXjAfBgNVHSMEGDAWgBRc3I7G7cauou3DebIk
k8yOngMj1zAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFEmHK5Sm/pJoB2ehbPyG
8/yterVhMAwGA1UdEwEB/wQCMAAwCgYIKoZIzj0EAwIDSQAwRgIhAKWEg+2qHGmK
+P+tBqPzq0bb4/wc+/Duq5R6Y/0P69FuAiEAw6G1th4tjKEHtC4M8U/fl8f81BJf
1CMrSGDapp37QsA=
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgwFeU+D7HbIHblD7O
4z0JlcPtMyM9zhkATVtlph2bGUWhRANCAAQgHjtreV7/lxYSUZ26yiLeswdVczZX
HC3NexApvxwjIZ5MMnpVfhl/kOIzmYCshsV7BbXlGT7ttLCotGjMGTbx
-----END PRIVATE KEY-----
'''
CRITICAL = '''-----BEGIN CERTIFICATE-----
MIICFTCCAbugAwIBAgIUeWmtVfyIn77ue453oU/PLcnd+10wCgYIKoZIzj0EAwIw
JTEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDTALBgNVBAMMBHJvb3QwIBcNMjQwMTAx
MDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMCkxFDASBgNVBAoMC0tyYWl0IHRlc3Rz
MREwDwYDVQQDDAhjcml0aWNhbDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHdS
bHGYxtXZqyo3aWT3hD6Vsr/KUBCg6+oZoVncDf5REDpv8Gi3fQ4is6gBuJmKSICB
XVQ4pw2+srtw6Gs8dQGjgcIwgb8wHwYDVR0jBBgwFoAUXNyOxu3GrqLtw3myJJPM
jp4DI9cwOwYDVR0RBDQwMoIJbG9jYWxob3N0gg0qLmV4YW1wbGUub3JnhwR/AAAB
hxAAAAAAAAAAAAAAAAAAAAABMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggr
BgEFBQcDATAdBgNVHQ4EFgQUNf335VqM2ekSuNetOYV9dFvvvw0wDAYDVR0TAQH/
BAIwADANBgQqAwQFAQH/BAIFADAKBggqhkjOPQQDAgNIADBFAiBo07ol0013Fli7
sQD/ab38tUzgqW6NZdfacPaEdsZc5AIhAOxo7QLeOAFnRK4OUlmJ6VF5UftKXUkB
WOGtQw0/ryCj
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgktL2SZ8sTX9schfg
IEUtlu5Wy9FWm01JGf/WcmPEeAehRANCAAR3UmxxmMbV2asqN2lk94Q+lbK/ylAQ
oOvqGaFZ3A3+URA6b/Bot30OIrOoAbiZikiAgV1UOKcNvrK7cOhrPHUB
-----END PRIVATE KEY-----
'''
ALONE = '''-----BEGIN CERTIFICATE-----
MIIBxjCCAWygAwIBAgIUI6eN7EhytFKmjP47VARspop/KpYwCgYIKoZIzj0EAwIw
JjEUMBIGA1UECgwLS3JhaXQgdGVzdHMxDjAMBgNVBAMMBWFsb25lMCAXDTI0MDEw
MTAwMDAwMFoYDzIxMjQwMTAxMDAwMDAwWjAmMRQwEgYDVQQKDAtLcmFpdCB0ZXN0
czEOMAwGA1UEAwwFYWxvbmUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQdfTtI
D/VfO0wiNtXK7c6OXr0uZQbhFWDmDFNFvPbAGPBetUCskYXBX/+JE7h7uXqWAvgs
dpk0a9eOCY6L6WZLo3YwdDAfBgNVHSMEGDAWgBTyijNDgubs/EeSQJ9AhFSJNTnw
8zAUBgNVHREEDTALgglsb2NhbGhvc3QwDgYDVR0PAQH/BAQDAgeAMB0GA1UdDgQW
BBTyijNDgubs/EeSQJ9AhFSJNTnw8zAMBgNVHRMBAf8EAjAAMAoGCCqGSM49BAMC
A0gAMEUCIHvnXnxA1S4mrYU3TO1JoHnLZ3wqOLbAmDnC6kcHFxGJAiEA0ZHZE/EV
5snoQMVmI9GuBbYhxB+3RRjdnHBLr4A372s=
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghE4301fN+J9OpBqk
/ECm7ZDZqT8CEKjlh8Zqt/584TChRANCAAQdfTtID/VfO0wiNtXK7c6OXr0uZQbh
FWDmDFNFvPbAGPBetUCskYXBX/+JE7h7uXqWAvgsdpk0a9eOCY6L6WZL
-----END PRIVATE KEY-----
'''
REVOKED = '''-----BEGIN CERTIFICATE-----
MIIBtDCCAVqgAwIBAgIBTTAKBggqhkjOPQQDAjAlMRQwEgYDVQQKDAtLcmFpdCB0
ZXN0czENMAsGA1UEAwwEcm9vdDAgFw0yNDAxMDEwMDAwMDBaGA8yMTI0MDEwMTAw
MDAwMFowKDEUMBIGA1UECgwLS3JhaXQgdGVzdHMxEDAOBgNVBAMMB3Jldm9rZWQw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATN69tn7tv5GMrKOci7tNwadnDtPRUg
VpggBSadvoqZvGdbAKwT1+HGB55rf8RxJ8Vp/UXFq+OgF9ED6NsAc3PMo3YwdDAf
BgNVHSMEGDAWgBRc3I7G7cauou3DebIkk8yOngMj1zAUBgNVHREEDTALgglsb2Nh
bGhvc3QwDgYDVR0PAQH/BAQDAgeAMB0GA1UdDgQWBBTiIwydzXhFY574lAOjEeoP
b9iSMTAMBgNVHRMBAf8EAjAAMAoGCCqGSM49BAMCA0gAMEUCIASul3uVCJx9VC8W
ZCuYL2mpSk7VabVdPbinS4uPsFtPAiEA2pYDdjIQxmO2+RR7sD8uam6PIvaIr/oq
4wDXRRRfEhQ=
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCPLXdATEtK4FHNat
nfnK4wYKZ8yElzjVPyyC3ljSJMahRANCAATN69tn7tv5GMrKOci7tNwadnDtPRUg
VpggBSadvoqZvGdbAKwT1+HGB55rf8RxJ8Vp/UXFq+OgF9ED6NsAc3PM
-----END PRIVATE KEY-----
'''
LIST = '''-----BEGIN X509 CRL-----
MIH3MIGdAgEBMAoGCCqGSM49BAMCMCUxFDASBgNVBAoMC0tyYWl0IHRlc3RzMQ0w
CwYDVQQDDARyb290Fw0yNDAxMDEwMDAwMDBaGA8yMTI0MDEwMTAwMDAwMFowFDAS
AgFNFw0yNDAyMDEwMDAwMDBaoC8wLTAfBgNVHSMEGDAWgBRc3I7G7cauou3DebIk
k8yOngMj1zAKBgNVHRQEAwIBATAKBggqhkjOPQQDAgNJADBGAiEA/48Um6GSCZH1
er4mXqEBc2QI/WNpNCv8jb5CLrDd9i0CIQDBT+eLN1te0nSNoTF5S02u327nUBQp
U14qOAlPK8Yavw==
-----END X509 CRL-----
'''

warnings.simplefilter("ignore")
folder = tempfile.TemporaryDirectory()


def file(text):
    handle, name = tempfile.mkstemp(dir=folder.name)
    os.write(handle, text.encode())
    os.close(handle)
    return name


def told(error):
    """An exception without the line of a C file."""
    text = str(error).partition(" (_ssl.c:")[0]
    return f"{type(error).__name__}: {text}"


def client(trusted=ROOT, **settings):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if trusted:
        context.load_verify_locations(cadata=trusted)
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def server(chain=SERVER + MIDDLE + SERVER_KEY, **settings):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file(chain))
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def connect(to, at, host="localhost", session=None):
    """A pair of connected objects; or what each side had to say."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        to.wrap_bio(back, there, server_hostname=host, session=session),
        at.wrap_bio(there, back, server_side=True),
    ]
    errors = [None, None]
    done = [False, False]
    for _ in range(6):
        for i, side in enumerate(sides):
            if done[i] or errors[i]:
                continue
            try:
                side.do_handshake()
                done[i] = True
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                errors[i] = error
    if any(errors):
        return [told(error) for error in errors if error]
    try:
        sides[0].read(1)
    except ssl.SSLWantReadError:
        pass
    return sides


print("== a good connection")
a, b = connect(client(), server())
print(a.version(), a.cipher()[0], b.cipher()[0], a.selected_alpn_protocol(), a.session_reused)
print(a.write(b"hello"), b.read(100), b.write(b"x" * 20000), len(a.read(30000)), a.pending(), len(a.read(30000)))
certificate = a.getpeercert()
for key in sorted(certificate):
    print(key, certificate[key] if key != "serialNumber" else len(certificate[key]))
print([repr(one) for one in a._sslobj.get_verified_chain()])
print([repr(one) for one in a._sslobj.get_unverified_chain()])
print(a.getpeercert(True) == ssl.PEM_cert_to_DER_cert(SERVER), b.getpeercert())
print(ssl.DER_cert_to_PEM_cert(a.getpeercert(True)).split() == SERVER.split())
try:
    a.unwrap()
except ssl.SSLWantReadError as error:
    print("waits", error.errno)
print(b.read(1), b.unwrap(), a.unwrap())

print("== names")
for host in ["localhost", "LOCALHOST", "www.example.org", "a.b.example.org", "example.org", "127.0.0.1", "::1", "127.0.0.2", "::2"]:
    result = connect(client(), server(), host)
    print(host, result if isinstance(result[0], str) else "good")
for common in [True, False]:
    to = client(check_hostname=False)
    to.hostname_checks_common_name = common
    to.check_hostname = True
    print(common, to.hostname_checks_common_name)

print("== chains")
chains = {
    "alone": ALONE, "expired": EXPIRED, "early": EARLY, "for clients": CLIENT, "outside": OUTSIDE, "inside": INSIDE,
    "deep": DEEP, "by nobody": NOBODY, "critical": CRITICAL, "middle left out": SERVER + SERVER_KEY,
}
for name, chain in chains.items():
    result = connect(client(), server(chain), "www.example.org" if name == "inside" else "localhost")
    print(name, result[0] if isinstance(result[0], str) else "good")
result = connect(client(trusted=ALONE.partition("-----BEGIN PRIVATE")[0]), server(ALONE))
print("alone, trusted", isinstance(result[0], ssl.SSLObject))
result = connect(client(trusted=MIDDLE), server())
print("middle trusted", result[0])
partial = client(trusted=MIDDLE)
partial.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
print("partial", isinstance(connect(partial, server())[0], ssl.SSLObject))
print("nothing trusted", connect(client(trusted=None), server())[0])
print("not asked", isinstance(connect(client(trusted=None, check_hostname=False, verify_mode=ssl.CERT_NONE), server())[0], ssl.SSLObject))

print("== revocation")
looks = client(verify_flags=ssl.VERIFY_CRL_CHECK_LEAF)
print(connect(looks, server(REVOKED))[0])
looks.load_verify_locations(file(LIST))
print(connect(looks, server(REVOKED))[0])
print(looks.cert_store_stats())
print(isinstance(connect(looks, server(ALONE + MIDDLE)), list))

print("== certificates of clients")
for mode in [ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED]:
    for shown in [None, CLIENT, ALONE]:
        to = client(maximum_version=ssl.TLSVersion.TLSv1_2)
        if shown:
            to.load_cert_chain(file(shown))
        at = server(verify_mode=mode)
        at.load_verify_locations(cadata=ROOT)
        result = connect(to, at)
        if isinstance(result[0], str):
            print(mode, "refused:", result[-1])
        else:
            certificate = result[1].getpeercert()
            print(mode, certificate and certificate["subject"][-1])

print("== versions, ciphers, protocols")
for version in [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]:
    a, b = connect(client(minimum_version=version, maximum_version=version), server())
    print(a.version(), b.version())
print(connect(client(maximum_version=ssl.TLSVersion.TLSv1_2), server(minimum_version=ssl.TLSVersion.TLSv1_3)))
to = client(maximum_version=ssl.TLSVersion.TLSv1_2)
for name in ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE+CHACHA20"]:
    to.set_ciphers(name)
    print(connect(to, server())[0].cipher())
try:
    to.set_ciphers("nothing at all")
except ssl.SSLError as error:
    print(told(error))
for theirs, ours in [(["a"], ["b"]), (["a", "b"], ["b", "a"]), (["a"], [])]:
    to, at = client(), server()
    to.set_alpn_protocols(theirs)
    at.set_alpn_protocols(ours)
    a, b = connect(to, at)
    print(theirs, ours, a.selected_alpn_protocol(), b.selected_alpn_protocol())

print("== names that servers see")
at, other = server(), server(INSIDE)
seen = []


def choose(side, name, context):
    seen.append((type(side).__name__, name, context is at))
    if name == "www.example.org":
        side.context = other
    return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME if name == "unknown" else None


at.sni_callback = choose
print(connect(client(), at)[0].getpeercert()["subject"][-1])
print(connect(client(), at, "www.example.org")[0].getpeercert()["subject"][-1])
print(connect(client(), at, "unknown")[-1])
print(seen)

print("== sessions")
for version in [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]:
    to, at = client(maximum_version=version), server()
    first, _ = connect(to, at)
    again, there = connect(to, at, session=first.session)
    print(first.session_reused, again.session_reused, there.session_reused, first.session.has_ticket, first.session.id == again.session.id)
    print(to.session_stats()["hits"], at.session_stats()["accept"])
    try:
        connect(client(), at, session=first.session)
    except ValueError as error:
        print(error)

print("== keys")
for password in ["secret", b"secret", bytearray(b"secret"), lambda: "secret"]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file(SERVER + MIDDLE), file(SERVER_KEY_ENCRYPTED), password)
    print(isinstance(connect(client(), context)[0], ssl.SSLObject))
for chain, key, password in [
    (SERVER, SERVER_KEY_ENCRYPTED, "wrong"), (SERVER, SERVER_KEY_ENCRYPTED, lambda: 1 / 0), (SERVER, ALONE, None), (SERVER, SERVER, None),
    (SERVER_KEY, SERVER_KEY, None), ("", "", None), (SERVER.replace("M", "*"), SERVER_KEY, None), (SERVER, SERVER_KEY[:90], None),
]:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file(chain), file(key), password)
    except Exception as error:
        print(told(error))

print("== spoilt certificates")
der = ssl.PEM_cert_to_DER_cert(SERVER)
refused = 0
for at in range(len(der)):
    for change in [0x00, 0x80, 0xFF]:
        spoilt = der[:at] + bytes([der[at] ^ change or 1]) + der[at + 1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(cadata=spoilt)
            context.get_ca_certs()
        except ssl.SSLError:
            refused += 1
print(refused > 100)
for cut in range(0, len(der), 7):
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=der[:cut])
        print("taken", cut)
    except (ssl.SSLError, ValueError):
        pass

print("== garbage instead of records")
for data in [b"GET / HTTP/1.0\r\n\r\n", b"SSH-2.0-x\r\n", b"\x15\x03\x03\x00\x02\x02\x28", b"\x17\x03\x03\x00\x02\x00\x00", b""]:
    for side in ["client", "server"]:
        there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
        if side == "client":
            it = client().wrap_bio(there, back, server_hostname="localhost")
        else:
            it = server().wrap_bio(there, back, server_side=True)
        try:
            it.do_handshake()
        except ssl.SSLWantReadError:
            pass
        there.write(data)
        there.write_eof()
        try:
            it.do_handshake()
        except ssl.SSLError as error:
            print(side, data[:4], told(error))

# Every byte of a handshake, and of a record after it, spoilt once: an error or not, but never a crash.
to, at = client(), server()
outcomes = set()
for step in range(0, 3000, 41):
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [to.wrap_bio(back, there, server_hostname="localhost"), at.wrap_bio(there, back, server_side=True)]
    passed = 0
    for _ in range(4):
        for i, (side, out) in enumerate(zip(sides, (there, back))):
            try:
                side.do_handshake()
                side.write(b"data")
                side.read(10)
            except (ssl.SSLError, ValueError) as error:
                outcomes.add(isinstance(error, ssl.SSLError))
            data = bytearray(out.read())
            if passed <= step < passed + len(data):
                data[step - passed] ^= 0x41
            passed += len(data)
            out.write(data)
print(outcomes)

print("== sockets")


def serve(listener, context):
    connection, _ = listener.accept()
    with context.wrap_socket(connection, server_side=True) as side:
        while data := side.recv(1000):
            side.sendall(data.upper())
        side.unwrap().close()


with socket.create_server(("127.0.0.1", 0)) as listener:
    thread = threading.Thread(target=serve, args=(listener, server()))
    thread.start()
    with socket.create_connection(listener.getsockname()) as plain:
        with client().wrap_socket(plain, server_hostname="localhost") as side:
            side.settimeout(30)
            side.sendall(b"abc" * 50000)
            got = bytearray()
            while len(got) < 150000:
                got += side.recv(70000)
            print(len(got), got[:6], side.version(), side.server_hostname)
            side.settimeout(0.05)
            try:
                side.recv(1)
            except TimeoutError as error:
                print(error)
            side.settimeout(0)
            try:
                side.recv(1)
            except ssl.SSLWantReadError as error:
                print(told(error))
            side.settimeout(30)
            print(side.unwrap().recv(1))
    thread.join()

folder.cleanup()
