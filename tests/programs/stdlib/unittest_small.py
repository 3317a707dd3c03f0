import io
import unittest


class Sample(unittest.TestCase):
    def setUp(self):
        self.items = [1, 2]

    def test_good(self):
        self.assertEqual(sum(self.items), 3)
        with self.assertRaisesRegex(ValueError, "invalid"):
            int("x")

    def test_bad(self):
        self.assertEqual({"a": [1, 2], "b": "text"}, {"a": [1, 3], "b": "text"})

    def test_error(self):
        {}["k"]

    @unittest.skip("not today")
    def test_skipped(self):
        pass

    @unittest.expectedFailure
    def test_expected(self):
        self.assertTrue(False)

    def test_sub(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertNotEqual(i, 1)


stream = io.StringIO()
result = unittest.TextTestRunner(stream, verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(Sample))
print("\n".join(line for line in stream.getvalue().splitlines() if not line.startswith("Ran ")))
print(result.testsRun, len(result.failures), len(result.errors), len(result.skipped))
from unittest import mock
m = mock.Mock(return_value=5, side_effect=[1, ValueError("side")])
print(m(1, a=2), m.call_args, m.called)
with mock.patch("io.StringIO", "patched"):
    print(io.StringIO)
