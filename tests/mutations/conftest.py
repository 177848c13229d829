def pytest_addoption(parser):
    parser.addoption("--requests", type=int, default=2_000, help="how many")
    parser.addoption("--seed", type=int, default=1)
    parser.addoption("--only", type=int, help="repeat this one alone")
