"""readline without a terminal: history, its files, init files, what functions refuse."""
import os
import readline
import sys
import tempfile


def attempt(work, *args):
    try:
        print(work(*args))
    except Exception as error:
        print(type(error).__name__, error)


def items():
    return [readline.get_history_item(i) for i in range(8)]


readline.clear_history()
attempt(readline.remove_history_item, -1)
attempt(readline.remove_history_item, 5)
attempt(readline.replace_history_item, 7, "a")
for name in "set_completer", "set_startup_hook", "set_pre_input_hook", "set_completion_display_matches_hook":
    attempt(getattr(readline, name), 3)
attempt(readline.add_history, 3)
attempt(readline.add_history, "a\0b")
attempt(readline.append_history_file, -1)
for text in "one", "zwei ä", "three\udc80", "two\nlines":
    readline.add_history(text)
print(ascii(items()), readline.get_current_history_length())
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for name in "read_history_file", "read_init_file":
        attempt(getattr(readline, name), "absent")
    attempt(readline.append_history_file, 1, "absent")
    readline.write_history_file("history")
    print(open("history", "rb").read(), oct(os.stat("history").st_mode))
    readline.clear_history()
    readline.read_history_file("history")
    print(ascii(items()))
    readline.set_history_length(2)
    readline.append_history_file(1, "history")
    print(open("history", "rb").read())
    readline.set_history_length(0)
    readline.write_history_file("history")
    print(open("history", "rb").read(), readline.get_history_length())
    with open("init", "w") as file:
        file.write("# nothing\n$if Python\nset history-size 3\n$else\nset history-size 1\n$endif\n\"\\C-xa\": \"text\"\n")
    sys.addaudithook(lambda event, args: print(event, args) if event == "open" and args[0] in ("init", b"history") else None)
    attempt(readline.read_init_file, "init")
    attempt(readline.write_history_file, b"history")
readline.clear_history()
for i in range(6):
    readline.add_history(str(i))
print(items(), readline.get_current_history_length())
readline.remove_history_item(0)
print(items())
readline.insert_text("some text")
print(readline.get_line_buffer(), readline.get_begidx(), readline.get_endidx(), readline.get_completion_type())
print(repr(readline.get_completer_delims()))
readline.set_completer_delims(" \t")
readline.set_completer(len)
print(repr(readline.get_completer_delims()), readline.get_completer())
